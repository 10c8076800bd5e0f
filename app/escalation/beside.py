"""Colleagues brought in besides a holder: who may be, that they are told, and that it ends when its day has come.

They are on no ladder: whom the promise is paged to is worked out as if they were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.cases import co_handling
from app.cases.models import Case
from app.cases.queries import locked
from app.db import Database
from app.escalation import asides
from app.notifications.models import THE_CO_HANDLING
from app.notifications.reach import Reach
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import CASE_ROLES

BY: Final = ("sms", "push")
_WORK_ON_CASES: Final = frozenset(CASE_ROLES)


def eligible(session: Session, case: Case, *, shut_out: Collection[str]) -> Sequence[Person]:
    """Who may be brought in, by alias: they work with cases, have nothing to do with this one yet, and are neither
    excluded from it nor `shut_out` (ids) for a collision."""
    taken = {*case.handler_ids, *shut_out}
    return [
        person
        for person in everyone(session)
        if not _WORK_ON_CASES.isdisjoint(person.roles) and person.id not in taken and not case.excludes(person.id)
    ]


def bring_in(
    session: Session,
    case: Case,
    person: Person,
    *,
    by: Person,
    at: datetime,
    until: datetime,
    because: str,
    team: str | None = None,
) -> None:
    """Bring them in until a moment, and tell them of the reference. BadInput as `CoHandled.bring_in`."""
    if case.bring_in(person, by=by, at=at, until=until, because=because, team=team):
        for channel in Reach(session).channels(person, BY):
            key = f"co-handler:{case.id}:{at.isoformat()}"
            asides.tell(session, case, person, channel, THE_CO_HANDLING, key=key, at=at)


def end_those_over(db: Database, *, at: datetime) -> int:
    """End every co-handling whose day has come; how many."""
    with db.reading() as session:
        found = {one.case_id for one in co_handling.over(session, at=at)}
    return sum(_end_in(db, case_id, at=at) for case_id in sorted(found))


def _end_in(db: Database, case_id: str, *, at: datetime) -> int:
    with db.transaction() as session:
        case = locked(session, case_id)
        theirs = [one for one in case.co_handlers if one.until <= at]
        return sum(case.let_go(one.person_id, by="engine", at=at, because="day") for one in theirs)
