"""An approach that came another way and was entered here afterwards: by whom, when, and which way it came.

When it truly came stands with the approach itself (`Approach.at`), and the clock counts from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.cases.facts import Approach, one_of
from app.cases.models import Case
from app.db import Base, Ref
from app.staff.models import Person

WAYS: Final = ("visit", "switchboard", "letter", "paper", "colleague", "other")
"""Which way it came: somebody stood at the desk, the city's switchboard, by post, written on paper while everything was
down, from a colleague in another unit."""


class Entry(Base):
    """A colleague entered the approach `at` this moment, later than it came."""

    __tablename__ = "case_entries"
    __table_args__ = (CheckConstraint(one_of("way", WAYS), name="way"),)

    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_approaches.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    way: Mapped[str] = mapped_column(String(16))

    by: Mapped[Person] = relationship()


def entries_of(session: Session, case: Case) -> Mapping[str, Entry]:
    """How the case's approaches were entered, by the approach's id; none for those that came in by themselves."""
    theirs = select(Entry).join(Approach, Approach.id == Entry.approach_id).where(Approach.case_id == case.id)
    return {entry.approach_id: entry for entry in session.scalars(theirs.options(joinedload(Entry.by)))}
