"""What is written down about a person's way out: rows that are only ever added to, their words sealed to the case.

A paper's clear columns are what a thief of the database may see: when, by whom of the staff, and what must be counted
or chased without a key. Everything somebody said, and everything that was judged of them, is in its box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from app import rows
from app.db import Base, Id, Ref, new_id
from app.routing.kept import Kept
from app.routing.subject import Subject, place_of
from app.staff.models import Person
from app.vault.envelope import PrivateKey, open_box
from app.vault.sealed import Sealed, SealedBox


class Fact(Base):
    """Something about a case, by somebody, at a moment. `source` is one for each time that it was meant to be kept,
    `nth` which of its kind in its case, from 1: the last word is the last one, however fast two follow each other."""

    __abstract__ = True

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(80), unique=True)
    nth: Mapped[int]

    @declared_attr
    def by(cls) -> Mapped[Person]:  # noqa: N805 - a class, as SQLAlchemy asks for it
        return relationship(Person, lazy="joined", foreign_keys=[cls.by_id])  # type: ignore[list-item]


class Paper(Fact):
    """A fact whose words are sealed."""

    __abstract__ = True

    box: Mapped[Sealed] = mapped_column(SealedBox)


_F = TypeVar("_F", bound=Fact)
_P = TypeVar("_P", bound=Paper)
_K = TypeVar("_K", bound=Kept)
Keys = Mapping[str, PrivateKey]
"""The private halves of cases, by case id: of one, and of those that go on as part of it."""


def note(
    session: Session, kind: type[_F], subject: Subject, *, by: Person, at: datetime, source: str, **clear: Any
) -> _F | None:
    """Keep a fact, once for each `source`: None when it is kept already. The case is locked for change."""
    before = session.scalar(select(func.count()).where(kind.case_id == subject.case_id)) or 0
    kept = {"case_id": subject.case_id, "by_id": by.id, "at": at, "nth": before + 1, **clear}
    return rows.write_if_new(
        session, kind, unique="source", source=source_of(subject, source), **{"id": new_id(), **kept}
    )


def keep(
    session: Session,
    kind: type[_P],
    subject: Subject,
    words: Kept,
    *,
    by: Person,
    at: datetime,
    source: str,
    **clear: Any,
) -> _P | None:
    """Seal a paper and keep it, once for each `source`: None when it is kept already."""
    row = new_id()
    box = subject.seal(words.canonical(), table=kind.__tablename__, row=row)
    return note(session, kind, subject, by=by, at=at, source=source, id=row, box=box, **clear)


def source_of(subject: Subject, source: str) -> str:
    """What one form's mark is in its row: the same mark in another case is another."""
    return f"{subject.case_id}.{source}"


def is_overtaken(newest: Fact | None, subject: Subject, *, mark: str, since: str) -> bool:
    """Whether a form made when `since` was the newest of its kind was overtaken by another than its own `mark`."""
    return newest is not None and newest.source != source_of(subject, mark) and newest.id != since


def of(session: Session, kind: type[_F], cases: Sequence[str]) -> Sequence[_F]:
    """Every such fact of these cases, the oldest first."""
    return session.scalars(select(kind).where(kind.case_id.in_(cases)).order_by(kind.at, kind.case_id, kind.nth)).all()


def read(paper: Paper, words: type[_K], keys: Keys) -> _K:
    """What is in it, for whoever holds its case's key; the entry in the log was committed before. CannotOpen."""
    place = place_of(paper.__tablename__, paper.id, paper.case_id)
    return words.read(open_box(paper.box.box, keys[paper.case_id], binding=place))
