"""How fast calls go out. The carrier starts one call a second and queues the rest, first come, first rung.

So that a page never stands behind a long queue at the carrier, calls wait here, where the most urgent goes first, and
no more than a handful are let out ahead of their second. One row for all processes: the limit is the account's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, one_at_a_time
from app.notifications.models import Notification, State

A_CALL_EVERY: Final = timedelta(seconds=1)
"""What Twilio allows an account for calls asked for over REST, unless it is paid to allow more."""

AHEAD: Final = 8
"""So many calls may go out at once: the number of seconds that the last of them waits at the carrier."""

_CALLS = "calls"


class Pace(Base):
    """The seconds that have been given away: the next free one begins at `spent_until`."""

    __tablename__ = "carrier_pace"

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    spent_until: Mapped[datetime]


def free(session: Session, *, at: datetime) -> int:
    """How many calls may go out now. Whoever asks holds the answer until their transaction ends."""
    one_at_a_time(session, "carrier.pace")
    spent_until = session.scalar(select(Pace.spent_until).where(Pace.name == _CALLS)) or at
    return max(0, (at + AHEAD * A_CALL_EVERY - max(spent_until, at)) // A_CALL_EVERY)


def spend(session: Session, calls: int, *, at: datetime) -> None:
    """So many calls go out now."""
    if calls == 0:
        return
    row = session.get(Pace, _CALLS)
    if row is None:
        row = Pace(name=_CALLS, spent_until=at)
        session.add(row)
    row.spent_until = max(row.spent_until, at) + calls * A_CALL_EVERY
    session.flush()


def next_turn(session: Session) -> datetime | None:
    """From when on the next call may go out; None when none ever did."""
    spent_until = session.scalar(select(Pace.spent_until).where(Pace.name == _CALLS))
    return spent_until - (AHEAD - 1) * A_CALL_EVERY if spent_until else None


def take_turn(session: Session, *, at: datetime) -> bool:
    """Ask for the turn of a call that is no page, such as a bridge's. False: pages go first; ask again in a second."""
    page_waits = exists().where(
        Notification.channel == "call", Notification.state == State.PENDING, Notification.not_before <= at
    )
    if session.scalar(select(page_waits)) or not free(session, at=at):
        return False
    spend(session, 1, at=at)
    return True
