"""Two cases of one event: two sisters, a shooting with two witnesses. Each stays a case of its own.

A link reveals neither: whoever may see one of them learns that another belongs to it, and which only if they may see
that one as well. It joins no clocks; for the same person twice there is the join.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import rows
from app.cases.models import Case
from app.db import Base, Ref


class CaseLink(Base):
    """The two belong to one event, as `by` (an alias) said. Kept once, whichever way round it was said."""

    __tablename__ = "case_links"
    __table_args__ = (CheckConstraint("case_id < other_id", name="one_way_round"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    other_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


def link(session: Session, case: Case, other: Case, *, by: str, at: datetime) -> None:
    """Say that they belong to one event. Said again, nothing follows."""
    first, second = sorted((case.id, other.id))
    pair = {"case_id": first, "other_id": second}
    made = rows.write_if_new(session, CaseLink, unique="case_id, other_id", at=at, by=by, **pair)
    for one in (case, other) if made else ():
        one.log("case.linked", by=by, at=at)


def linked_to(session: Session, case: Case) -> Sequence[Case]:
    """The other cases of the same event, as far as they were linked with this one, the oldest first."""
    here = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
    pairs = select(CaseLink.case_id).where(here).union(select(CaseLink.other_id).where(here))
    return session.scalars(select(Case).where(Case.id.in_(pairs), Case.id != case.id).order_by(Case.opened_at)).all()
