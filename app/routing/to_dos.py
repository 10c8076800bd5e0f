"""What somebody has set themselves to do for a person, and by which day (domain.md A10, S1:691).

A day is a local one. Nothing here moves the twenty-four hours, and nothing is sent: who has the case sees it when its
day has come, and whoever coordinates when it has passed. What kind, and any words, are sealed; the day is not, since it
is chased by people who may not open the case. Tasks hang on the case and not on whoever set them: they go along when it
is handed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import CheckConstraint, Date, ForeignKey, Select, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from app import rows
from app.db import Base, Id, Ref
from app.errors import BadInput
from app.routing import papers
from app.routing.kept import Kept
from app.routing.models import one_of
from app.routing.papers import Paper
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST: Final = 1_000
"""Signs of the words."""

FURTHEST: Final = timedelta(days=365)


class Became(StrEnum):
    """How a task ended."""

    DONE = "done"
    DROPPED = "dropped"


class Wanted(Kept):
    """What is to be done: a kind of the programme's, and words where a kind does not say enough."""

    kind: str = Field(min_length=1, max_length=48)
    words: str = Field(default="", max_length=LONGEST)


class ToDo(Paper):
    """Something to be done by a day (`Wanted`)."""

    __tablename__ = "routing_to_dos"

    day: Mapped[date] = mapped_column(Date)

    moves: Mapped[list[ToDoMove]] = relationship(order_by="[ToDoMove.at, ToDoMove.id]")
    end: Mapped[ToDoEnd | None] = relationship(lazy="joined")

    @property
    def due(self) -> date:
        """Its day, as it was last moved."""
        return self.moves[-1].day if self.moves else self.day


class ToDoMove(Base):
    """Somebody gave it another day."""

    __tablename__ = "routing_to_do_moves"

    id: Mapped[Id]
    to_do_id: Mapped[Ref] = mapped_column(ForeignKey("routing_to_dos.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class ToDoEnd(Base):
    """It is done, or is not to be done any more."""

    __tablename__ = "routing_to_do_ends"
    __table_args__ = (CheckConstraint(one_of("how", Became), name="how"),)

    to_do_id: Mapped[Ref] = mapped_column(ForeignKey("routing_to_dos.id"), primary_key=True)
    how: Mapped[str] = mapped_column(String(8))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


def set_out(
    session: Session, subject: Subject, wanted: Wanted, *, day: date, today: date, by: Person, at: datetime, source: str
) -> None:
    """Something is to be done by a day. BadInput for a day that is over or too far ahead. `today`: the local day."""
    insist_on(day, today=today)
    if papers.keep(session, ToDo, subject, wanted, by=by, at=at, source=source, day=day):
        subject.log(session, "to_do.set", by=by.alias, at=at, days=(day - today).days)


def move(session: Session, subject: Subject, task: ToDo, *, day: date, today: date, by: Person, at: datetime) -> None:
    """Give it another day. BadInput as when it is set, and for a task that is over."""
    insist_on(day, today=today)
    if task.end:
        raise BadInput("This is done already, or is not to be done any more.")
    session.add(ToDoMove(to_do_id=task.id, day=day, by_id=by.id, at=at))
    subject.log(session, "to_do.moved", by=by.alias, at=at, days=(day - today).days)


def finish(session: Session, subject: Subject, task: ToDo, how: Became, *, by: Person, at: datetime) -> None:
    """It is done, or dropped. Said twice, nothing follows."""
    said = {"to_do_id": task.id, "how": how.value, "by_id": by.id, "at": at}
    if rows.write_if_new(session, ToDoEnd, unique="to_do_id", **said):
        subject.log(session, "to_do.ended", by=by.alias, at=at, how=how.value)


def insist_on(day: date, *, today: date) -> None:
    """BadInput for a day by which nothing may be due."""
    if not may_be_due(day, today=today):
        raise BadInput("Say by which day: today or later, within a year.")


def may_be_due(day: date, *, today: date) -> bool:
    """Whether something may be set to be done by that day: it is not over, and not more than a year ahead."""
    return today <= day <= today + FURTHEST


def tasks_of(session: Session, cases: Sequence[str]) -> Sequence[ToDo]:
    """Every task of these cases, done ones among them, the oldest first."""
    return papers.of(session, ToDo, cases)


def open_tasks(session: Session, *, by_day: date, but_for: Select[tuple[str]]) -> Sequence[ToDo]:
    """Tasks that nobody has ended, whose day has come by that day, of all cases `but_for` some (their ids); the longest
    waiting first."""
    last = select(ToDoMove.day).where(ToDoMove.to_do_id == ToDo.id).order_by(*_IN_TURN_BACKWARDS).limit(1)
    due = func.coalesce(last.scalar_subquery(), ToDo.day)
    waiting = select(ToDo).where(ToDo.id.not_in(select(ToDoEnd.to_do_id)), due <= by_day, ToDo.case_id.not_in(but_for))
    return session.scalars(waiting.options(selectinload(ToDo.moves)).order_by(due, ToDo.at, ToDo.id)).all()


_IN_TURN_BACKWARDS: Final = (ToDoMove.at.desc(), ToDoMove.id.desc())
"""The latest move of a task is the one that counts."""
