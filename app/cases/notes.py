"""Notes that staff write in a case: each sealed to the case's own key, with author and time, never written over.

What was wrong is put right by another note; both stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.db import Base, Id, Ref
from app.staff.models import Person
from app.vault.sealed import Sealed, SealedBox

LONGEST: Final = 4_000
"""Characters in one note. The page says so before anyone writes."""

TABLE: Final = "case_notes"


class Note(Base):
    """One note."""

    __tablename__ = TABLE

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    box: Mapped[Sealed] = mapped_column(SealedBox)

    by: Mapped[Person] = relationship()


def notes_of(session: Session, case: Case) -> Sequence[Note]:
    """The notes of a case and of those that joined it, still sealed, the oldest first."""
    found = select(Note).where(Note.case_id.in_(ids_of_whole(session, case))).options(joinedload(Note.by))
    return session.scalars(found.order_by(Note.at)).all()
