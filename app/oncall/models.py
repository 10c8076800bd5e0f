"""Changes to the roster that people made, on top of the programme's rotations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person


class Override(Base):
    """A person stands in for a tier from `starts` until `ends`, made by whom (an alias) and why (a few words)."""

    __tablename__ = "oncall_overrides"
    __table_args__ = (
        CheckConstraint("tier IN ('on-call', 'backup')", name="tier_is_known"),
        CheckConstraint("ends > starts", name="ends_after_start"),
    )

    id: Mapped[Id]
    tier: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(32))
    because: Mapped[str] = mapped_column(String(200))

    person: Mapped[Person] = relationship()
