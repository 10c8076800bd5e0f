"""Colleagues who work on a case besides its holder, for a time (domain.md A9): they read, write and call as the holder
does. The promise stays the holder's: a co-handler is on no ladder and passes nothing on, and their time moves no clock.

Facts like a hold: begun by somebody, and ended by a word, by their day, or by an exclusion. The case's own end is
theirs too, and wants no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, and_, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import rows
from app.cases.facts import FirstContact, Hold, one_of
from app.db import Base, Id, Ref
from app.staff.models import Person

REASONS: Final = ("support", "experience", "language", "load", "continuity")
"""Why somebody is brought in; what the person's own reasons are is not written outside what is sealed."""

ENDINGS: Final = ("word", "day", "excluded")

LONGEST: Final = timedelta(days=90)
"""The longest time for which somebody is brought in at once. They can be brought in again, by another entry."""


class CoHandling(Base):
    """`person` works on the case besides its holder, from `at` to `until`, as `by` said. `team`: they were brought in
    with a team of the programme, by its name; who comes to the team later is not brought in by that."""

    __tablename__ = "case_co_handlings"
    __table_args__ = (CheckConstraint(one_of("because", REASONS), name="because"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    team: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    because: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    end: Mapped[CoHandlingEnd | None] = relationship(lazy="joined")

    def covers(self, at: datetime) -> bool:
        """Whether it was so at a moment, as far as its own facts go."""
        return self.at <= at and (self.end is None or at <= self.end.at)


class CoHandlingEnd(Base):
    """It is over. `by` is an alias, or the engine's when their day came."""

    __tablename__ = "case_co_handling_ends"
    __table_args__ = (CheckConstraint(one_of("because", ENDINGS), name="because"),)

    co_handling_id: Mapped[Ref] = mapped_column(ForeignKey("case_co_handlings.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
    because: Mapped[str] = mapped_column(String(16))


def not_ended() -> ColumnElement[bool]:
    """Nothing has ended it: within a question about co-handlings."""
    return ~exists().where(CoHandlingEnd.co_handling_id == CoHandling.id)


def was_beside_a_holder() -> ColumnElement[bool]:
    """Who made first contact did so as a co-handler, while somebody held the case: within a question about first
    contacts, what `CoHandled.own_contact` says of one."""
    theirs = CoHandling.case_id == FirstContact.case_id, CoHandling.person_id == FirstContact.by_id
    with_its_end = select(CoHandling.id).outerjoin(CoHandlingEnd, CoHandlingEnd.co_handling_id == CoHandling.id)
    ended_later = or_(CoHandlingEnd.at.is_(None), CoHandlingEnd.at >= FirstContact.at)
    let_go_later = or_(Hold.released_at.is_(None), Hold.released_at >= FirstContact.at)
    held = exists().where(Hold.case_id == FirstContact.case_id, Hold.at <= FirstContact.at, let_go_later)
    return and_(with_its_end.where(*theirs, CoHandling.at <= FirstContact.at, ended_later).exists(), held)


def end(session: Session, one: CoHandling, *, by: str, at: datetime, because: str) -> bool:
    """Write that it is over. False when it was before."""
    said = {"co_handling_id": one.id, "at": at, "by": by, "because": because}
    written = rows.write_if_new(session, CoHandlingEnd, unique="co_handling_id", **said)
    session.expire(one, ["end"])
    return written is not None


def over(session: Session, *, at: datetime) -> Sequence[CoHandling]:
    """Those whose day has come, and that nothing has ended yet."""
    return session.scalars(select(CoHandling).where(CoHandling.until <= at, not_ended())).all()
