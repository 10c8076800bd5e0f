"""Telephone numbers go sooner than the case: whoever may not be called any more need not be callable (law.md B-23)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.cases.contents import NUMBERS
from app.cases.facts import Content, Permission
from app.cases.models import Case
from app.cases.permission_times import PermissionTimes
from app.cases.queries import ids_of_whole, locked
from app.cases.returning import RepeatTag, ReturnCode
from app.db import Database
from app.programme.apply import current
from app.retention import facts
from app.retention.classes import details_due_at, verdict
from app.retention.models import DetailsGone


def forget_due(db: Database, *, at: datetime) -> int:
    """Destroy the numbers of every case whose time for them is over, unless something keeps the case; how many cases.

    A case that somebody has still to receive keeps its numbers until then: they may be what the receiver calls.
    """
    with db.reading() as session:
        retention, gone = current(session).retention, select(DetailsGone.case_id)
        found = facts.over(session, closed_before=at - retention.contact_details, but_not=gone)
        ripe = [
            id_
            for id_, known in found.items()
            if details_due_at(known, retention) <= at and not verdict(known, retention).in_the_way
        ]
    for case_id in ripe:
        with db.transaction() as session:
            _forget(session, locked(session, case_id), at=at)
    return len(ripe)


def _forget(session: Session, case: Case, *, at: datetime) -> None:
    if session.get(DetailsGone, case.id):
        return
    whole = ids_of_whole(session, case)
    permitted = select(Permission.id).where(Permission.case_id.in_(whole))
    session.execute(delete(PermissionTimes).where(PermissionTimes.permission_id.in_(permitted)))
    for table in (Permission, RepeatTag, ReturnCode):
        session.execute(delete(table).where(table.case_id.in_(whole)))
    numbers = Content.case_id.in_(whole), Content.kind.in_(NUMBERS)
    count = session.scalar(select(func.count()).select_from(Content).where(*numbers)) or 0
    session.execute(delete(Content).where(*numbers))
    session.add(DetailsGone(case_id=case.id, at=at))
    session.expire_all()
    case.log("case.details_forgotten", by="engine", at=at, count=count)
