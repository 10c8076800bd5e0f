"""Who may not have a case, and whom it would best be had by. The first binds; the second only puts people in order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Ref
from app.staff.models import Person


class Exclusion(Base):
    """A conflict of interest: this person is neither paged, rung nor assigned, and reads nothing of the case.

    What the conflict is, is not kept, and the row is shown to nobody but the person it is about.
    """

    __tablename__ = "case_exclusions"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), primary_key=True, index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))

    person: Mapped[Person] = relationship()


class Preference(Base):
    """Whom the person would rather speak with, as a tag that staff have in the programme: `woman`, `relative`."""

    __tablename__ = "case_preferences"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
