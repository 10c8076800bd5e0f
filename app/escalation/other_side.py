"""Who is on the other side of a conflict: open cases that a case must not meet, and whoever works on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.routing import collisions


def still_open(session: Session, cases: Sequence[str]) -> list[str]:
    """The cases on another side that are not closed."""
    others = collisions.against(session, cases)
    found = select(Case.id).where(Case.id.in_(others), ~queries.closed())
    return list(session.scalars(found)) if others else []


def on_the_other_side(session: Session, case: Case) -> frozenset[str]:
    """The ids of whoever works on an open case that this one must not meet."""
    others = still_open(session, ids_of_whole(session, case))
    return frozenset[str]().union(*(session.get_one(Case, other).handler_ids for other in others))
