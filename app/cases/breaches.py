"""The promise broken, as a fact, and why it was, by whose word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.db import Base, Id, Ref
from app.staff.models import Person

BREACH_REASONS = (
    "no_staff",
    "no_answer",
    "unsafe_to_contact",
    "no_number",
    "wrong_number",
    "asked_for_later",
    "technical",
)
"""Why nobody was in contact in time, in the words the unit reports by."""


class Breach(Base):
    """The promise broken: `at` is the due moment, `recorded_at` when the engine wrote it down."""

    __tablename__ = "case_breaches"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    reasons: Mapped[list[BreachReason]] = relationship(order_by="BreachReason.at")

    @property
    def reason(self) -> BreachReason | None:
        """Why, as it was said last; None while nobody has said it."""
        return self.reasons[-1] if self.reasons else None

    def explain(self, code: str, *, by: Person, at: datetime) -> bool:
        """Write down why; False when that was the last word already."""
        if self.reason and self.reason.code == code:
            return False
        self.reasons.append(BreachReason(code=code, by_id=by.id, at=at))
        return True


class BreachReason(Base):
    """Why the promise was broken, by whose word. A later row corrects an earlier one, and both stay."""

    __tablename__ = "case_breach_reasons"
    __table_args__ = (CheckConstraint(one_of("code", BREACH_REASONS), name="code"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("case_breaches.case_id"), index=True)
    code: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
