"""A channel to a member of staff that the carrier says will never work: passed over until somebody mends it.

A colleague who texted STOP, a number that cannot take texts, a number that is wrong. It is seen on the roster page and
in `dygnet status`, and the coordinator is told. It ends when they text START, or when the programme gives a new number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.audit.log import record
from app.db import Base, Id, Ref, one_at_a_time
from app.notifications import alarms
from app.staff.models import ChannelKind, Person

_OTHER: Final = {"sms": "call", "call": "sms"}


class Unusable(Base):
    """One channel to one person, with the carrier's code, since when and until when."""

    __tablename__ = "staff_unusable_channels"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'call')", name="channel"),
        Index(
            "ix_staff_unusable_channels_one_at_a_time",
            "person_id",
            "channel",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(4))
    code: Mapped[int]
    since: Mapped[datetime]
    over_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


def mark(session: Session, person: Person, channel: str, *, code: int, at: datetime) -> None:
    """The carrier says that this channel will not work; the coordinator is told, once."""
    one_at_a_time(session, f"unusable {channel} {person.id}")  # two pages to them can be refused in the same instant
    if channel in {mark.channel for mark in standing(session, person)}:
        return
    for outdated in _unmended(session, person, channel):  # it was about a number that they no longer have
        outdated.over_at = at
    session.flush()
    row = Unusable(person_id=person.id, channel=channel, code=code, since=at)
    session.add(row)
    session.flush()
    _note(session, person, "staff.unreachable", channel, code=code, at=at)
    alarms.tell(session, "alarm.channel", key=f"unusable:{row.id}", channels=("sms",), at=at)


def mend(session: Session, person: Person, channel: str, *, at: datetime) -> None:
    """It may be used again."""
    for row in standing(session, person):
        if row.channel == channel:
            row.over_at = at
            _note(session, person, "staff.reachable", channel, code=row.code, at=at)


def usable(session: Session, person: Person, wanted: Sequence[str]) -> list[str]:
    """Of these channels those that work; the other one where none of them does; all of them where nothing does."""
    broken = {row.channel for row in standing(session, person)}
    works = [channel for channel in wanted if channel not in broken]
    instead = [_OTHER[channel] for channel in wanted if _OTHER.get(channel, channel) not in broken]
    return works or list(dict.fromkeys(instead)) or list(wanted)


def standing(session: Session, person: Person | None = None) -> Sequence[Unusable]:
    """What does not work now: for one person, or for everybody on the staff."""
    marks = select(Unusable).join(Unusable.person).where(Unusable.over_at.is_(None), Person.left_at.is_(None))
    if person:
        marks = marks.where(Unusable.person_id == person.id)
    return [
        row for row in session.scalars(marks.order_by(Unusable.since, Unusable.channel)) if not _has_a_new_number(row)
    ]


def _unmended(session: Session, person: Person, channel: str) -> Sequence[Unusable]:
    marks = select(Unusable).where(Unusable.person_id == person.id, Unusable.channel == channel)
    return session.scalars(marks.where(Unusable.over_at.is_(None))).all()


def _has_a_new_number(row: Unusable) -> bool:
    phone = row.person.channel(ChannelKind.PHONE)
    return phone is not None and phone.since > row.since


def _note(session: Session, person: Person, action: str, channel: str, *, code: int, at: datetime) -> None:
    record(session, at=at, by="carrier", action=action, about=f"person:{person.alias}", channel=channel, code=code)
