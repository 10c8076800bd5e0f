"""Advice, or a case: the legal border, decided by a person, with its consequences (14 kap. 2-4 §§ SoL 2025:400).

*Advice*: no identity is needed, as little as possible is written down, and it is forgotten soonest. *A case*: somebody
could need a measure, so the board opens an investigation at once (2 §), the handling is documented where cases are
(3 §), and this line forgets after it was handed over. The last word counts; the earlier ones stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, String, exists
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from app.routing import papers
from app.routing.papers import Fact
from app.routing.subject import Subject
from app.staff.models import Person


class Border(StrEnum):
    """On which side it lies."""

    ADVICE = "advice"
    CASE = "case"


class AdviceOrCase(Fact):
    """What somebody decided, and whether the person was told that they may apply (11 kap. 6 §)."""

    __tablename__ = "routing_advice_or_case"
    __table_args__ = (CheckConstraint("side IN ('advice', 'case')", name="side"),)

    side: Mapped[str] = mapped_column(String(8))
    told_of_right: Mapped[bool]


def weigh(
    session: Session, subject: Subject, side: Border, *, told_of_right: bool, by: Person, at: datetime, source: str
) -> None:
    """Decide it, or decide it anew."""
    kept: dict[str, Any] = {"side": side.value, "told_of_right": told_of_right}
    if papers.note(session, AdviceOrCase, subject, by=by, at=at, source=source, **kept):
        subject.log(session, "case.weighed", by=by.alias, at=at, **kept)


def weighed(session: Session, cases: Sequence[str]) -> AdviceOrCase | None:
    """The last word on it."""
    found = papers.of(session, AdviceOrCase, cases)
    return found[-1] if found else None


def is_weighed(case_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """A condition: somebody has decided it for that case."""
    return exists().where(AdviceOrCase.case_id == case_id)
