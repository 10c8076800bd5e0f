"""Who is on the other side of a conflict: open cases that a case must not meet, and whoever works on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import ids_of_whole, that_goes_on
from app.routing import collisions


def still_open(session: Session, cases: Sequence[str]) -> list[str]:
    """The cases on another side that are not closed, with those that go on as part of them."""
    return [id_ for other in _others(session, cases) for id_ in ids_of_whole(session, other)]


def on_the_other_side(session: Session, case: Case) -> frozenset[str]:
    """The ids of whoever works on an open case that this one must not meet."""
    others = _others(session, ids_of_whole(session, case))
    return frozenset[str]().union(*(other.handler_ids for other in others))


def _others(session: Session, cases: Sequence[str]) -> Collection[Case]:
    """As they go on: a tag stays with the case it was put on, and that may have joined another since."""
    found = (session.get_one(Case, id_) for id_ in sorted(collisions.against(session, cases)))
    whole = {other.id: other for other in (that_goes_on(session, case) for case in found)}
    return [other for other in whole.values() if not other.closure and other.id not in cases]
