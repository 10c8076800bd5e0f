"""A channel to a member of staff that will never work, by the word of whoever carries it: passed over until mended.

A colleague who texted STOP, a number that cannot take texts, a number that is wrong; a mailbox that is none, a webhook
that refuses. It is seen on the roster page and in `dygnet status`, and the coordinator is told. It ends when they text
START, or when the programme gives a new number or address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.audit.log import record
from app.db import Base, Id, Ref, one_at_a_time
from app.notifications import alarms
from app.staff.models import ChannelKind, Endpoint, Person

_OTHER: Final = {"sms": "call", "call": "sms"}


class Unusable(Base):
    """One channel to one person, with the carrier's code, since when and until when."""

    __tablename__ = "staff_unusable_channels"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'call', 'email', 'webhook')", name="channel"),
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
    channel: Mapped[str] = mapped_column(String(8))
    code: Mapped[int]
    since: Mapped[datetime]
    over_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


_STANDING: Final = (
    select(Unusable)
    .join(Unusable.person)
    .where(Unusable.over_at.is_(None), Person.left_at.is_(None))
    .order_by(Unusable.since, Unusable.channel)
)


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


def broken(session: Session) -> Mapping[str, frozenset[str]]:
    """The channels that do not work now, for each person by id who has any; one look for everybody."""
    marks = standing(session)
    return {
        mark.person_id: frozenset(one.channel for one in marks if one.person_id == mark.person_id) for mark in marks
    }


def usable(session: Session, person: Person, wanted: Sequence[str]) -> list[str]:
    """Of these channels those that work; the other one where none of them does; all of them where nothing does."""
    return passable(wanted, broken={row.channel for row in standing(session, person)})


def passable(wanted: Sequence[str], *, broken: Collection[str]) -> list[str]:
    """The same, for somebody for whom these are broken."""
    works = [channel for channel in wanted if channel not in broken]
    instead = [_OTHER[channel] for channel in wanted if _OTHER.get(channel, channel) not in broken]
    return works or list(dict.fromkeys(instead)) or list(wanted)


def standing(session: Session, person: Person | None = None) -> Sequence[Unusable]:
    """What does not work now: for one person, or for everybody on the staff."""
    marks = _STANDING.where(Unusable.person_id == person.id) if person else _STANDING
    rows = session.scalars(marks).all()
    return [row for row in rows if not _is_new(session, row)]


def _unmended(session: Session, person: Person, channel: str) -> Sequence[Unusable]:
    marks = select(Unusable).where(Unusable.person_id == person.id, Unusable.channel == channel)
    return session.scalars(marks.where(Unusable.over_at.is_(None))).all()


def _is_new(session: Session, row: Unusable) -> bool:
    """Whether the programme has given them another number, or address, since."""
    if row.channel == "webhook":
        theirs = Endpoint.person_id == row.person_id, Endpoint.kind == row.channel, Endpoint.over_at.is_(None)
        since = session.scalar(select(func.max(Endpoint.since)).where(*theirs))
    else:
        channel = row.person.channel(ChannelKind.EMAIL if row.channel == "email" else ChannelKind.PHONE)
        since = channel.since if channel else None
    return since is not None and since > row.since


def _note(session: Session, person: Person, action: str, channel: str, *, code: int, at: datetime) -> None:
    record(session, at=at, by="carrier", action=action, about=f"person:{person.alias}", channel=channel, code=code)
