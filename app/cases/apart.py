"""Two cases of one telephone: a relative called from the number of somebody who had called, or the other way round.

A relative's record is kept from the person it is about (26 kap. 5 § OSL), so the two never stand in one case: each has
a key, a page and a dossier of its own, and nothing that leaves one takes the other along (decision 0047).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import rows
from app.cases.facts import Approach
from app.cases.models import Case
from app.cases.queries import awaiting, locked, whole_of
from app.cases.returning import RepeatTag
from app.db import Base, Ref

RELATIVE = "relative"
FOR_THEMSELVES = ("self", "professional")
"""Whose words are the concerned person's record: their own, and those of who hands them over."""


class Apart(Base):
    """The two came from one telephone and are two people's, by what each said of themselves. Kept once."""

    __tablename__ = "case_aparts"
    __table_args__ = (CheckConstraint("case_id < other_id", name="one_way_round"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    other_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    at: Mapped[datetime]


def clash(role: str, roles: Sequence[str]) -> bool:
    """Whether somebody who says this of themselves is not one of those who said these. Who says nothing clashes with
    nobody: a wrong second case is mended by a tap, and five silent calls of a night are one person's."""
    sides = {_side(said) for said in roles} - {None}
    return _side(role) is not None and bool(sides) and _side(role) not in sides


def fits(role: str, roles: Sequence[str]) -> bool:
    """Whether somebody who says this of themselves is on the side of those who said these."""
    return _side(role) is not None and _side(role) in {_side(said) for said in roles}


def keep_apart(session: Session, case: Case, other: Case, *, at: datetime) -> None:
    """Say that they are two people's. Said again, nothing follows."""
    first, second = sorted((case.id, other.id))
    rows.write_if_new(session, Apart, unique="case_id, other_id", case_id=first, other_id=second, at=at)


def apart_from(session: Session, case: Case) -> Sequence[str]:
    """The ids of cases that came from the same telephone as this one, or as one that goes on as part of it, and are
    somebody else's."""
    whole = whole_of(case.id)
    one_way = select(Apart.other_id).where(Apart.case_id.in_(whole))
    return session.scalars(one_way.union(select(Apart.case_id).where(Apart.other_id.in_(whole)))).all()


def roles_in(session: Session, case_id: str, *, but: str = "") -> Sequence[str]:
    """What those said they were who came in by a case, or by one that goes on as part of it; one approach left out."""
    theirs = Approach.case_id.in_(whole_of(case_id))
    return session.scalars(select(Approach.role).where(theirs, Approach.id != but)).all()


def one_persons(session: Session, waiting: Case, tags: Sequence[bytes]) -> Case | None:
    """The case that whatever comes from this number joins: the one that waits, locked; or, where that is one of two
    people's, another that is nobody's in particular. None when there is none."""
    if not apart_from(session, waiting):
        return waiting
    others = (case for case in waiting_for(session, tags) if not apart_from(session, case))
    return next((locked(session, case.id) for case in others), None)


def waiting_for(session: Session, tags: Sequence[bytes]) -> Sequence[Case]:
    """The cases that wait and carry one of these full tags, the oldest first."""
    tagged = select(RepeatTag.case_id).where(RepeatTag.full.in_(tags))
    return session.scalars(awaiting().where(Case.id.in_(tagged)).order_by(Case.opened_at)).all()


def _side(role: str) -> str | None:
    return "themselves" if role in FOR_THEMSELVES else role if role == RELATIVE else None
