"""How fast pages go out, channel by channel.

The carrier starts one call a second and queues the rest, first come, first rung. So that a page never stands behind a
long queue at the carrier, calls wait here, where the most urgent goes first, and no more than a handful are let out
ahead of their second. A mail server or a push service that gets too much at once takes us for a nuisance, and so has a
pace too. One row for all processes: the limit is the account's.

A text has none of ours: the carrier sends one segment a second from a number and queues the rest, and several cases go
to one person as one text. Whatever waits is counted (`waits`), so that nothing is held up in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, one_at_a_time
from app.notifications.models import Notification, State

A_CALL_EVERY: Final = timedelta(seconds=1)
"""What Twilio allows an account for calls asked for over REST, unless it is paid to allow more."""

AHEAD: Final = 8
"""So many calls may go out at once: the number of seconds that the last of them waits at the carrier."""

_CALLS = "calls"


@dataclass(frozen=True)
class Rate:
    """One each so often, and so many at once."""

    every: timedelta
    ahead: int


RATES: Final = {
    "call": Rate(A_CALL_EVERY, AHEAD),
    "email": Rate(timedelta(milliseconds=200), 25),
    "push": Rate(timedelta(milliseconds=50), 100),
    "webhook": Rate(timedelta(milliseconds=100), 50),
}
"""For `AHEAD` times `every` nothing waits at all; what comes after that waits its turn."""


@dataclass(frozen=True)
class Wait:
    """How many pages wait by a channel, and for how many seconds of the clock our own pace holds up the last."""

    channel: str
    waiting: int
    last_goes_in_s: float


class Pace(Base):
    """The seconds that have been given away: the next free one begins at `spent_until`."""

    __tablename__ = "carrier_pace"

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    spent_until: Mapped[datetime]


def free(session: Session, *, at: datetime, channel: str = "call") -> int:
    """How many calls may go out now, or messages by another channel. Whoever asks holds the answer until their
    transaction ends."""
    one_at_a_time(session, "carrier.pace" if channel == "call" else f"{channel}.pace")
    spent_until = _spent_until(session, channel) or at
    rate = RATES[channel]
    return max(0, (at + rate.ahead * rate.every - max(spent_until, at)) // rate.every)


def spend(session: Session, count: int, *, at: datetime, channel: str = "call") -> None:
    """So many go out now. Fewer than were taken: the rest is given back."""
    if count == 0:
        return
    row = session.get(Pace, _name(channel))
    if row is None:
        row = Pace(name=_name(channel), spent_until=at)
        session.add(row)
    row.spent_until = max(row.spent_until, at) + count * RATES[channel].every
    session.flush()


def waits(session: Session, *, at: datetime) -> list[Wait]:
    """Every channel by which something waits to be sent that may be sent now, and how long that will take at most.

    Several pages to one person go out together, and then it takes less. Where a channel has no pace, no time is said.
    """
    ready = Notification.state == State.PENDING, Notification.not_before <= at
    counted = select(Notification.channel, func.count()).where(*ready).group_by(Notification.channel)
    return [
        Wait(channel, count, _last_goes_in(session, channel, count, at=at))
        for channel, count in session.execute(counted.order_by(Notification.channel))
    ]


def _last_goes_in(session: Session, channel: str, count: int, *, at: datetime) -> float:
    if channel not in RATES:
        return 0.0
    rate = RATES[channel]
    behind = max(_spent_until(session, channel) or at, at) + count * rate.every - (at + rate.ahead * rate.every)
    return max(0.0, behind.total_seconds())


def _spent_until(session: Session, channel: str) -> datetime | None:
    return session.scalar(select(Pace.spent_until).where(Pace.name == _name(channel)))


def _name(channel: str) -> str:
    return _CALLS if channel == "call" else channel


def next_turn(session: Session) -> datetime | None:
    """From when on the next call may go out; None when none ever did."""
    spent_until = _spent_until(session, "call")
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
