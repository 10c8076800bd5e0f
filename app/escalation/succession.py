"""A case whose person was reached goes on to somebody else when nobody who had it may have it any more.

After the first contact no ladder pages anybody: whoever it goes on to is told of it here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from app.cases.facts import Assignment
from app.cases.models import Case
from app.cases.queries import closed, locked, reached
from app.escalation import targets
from app.escalation.asides import tell
from app.escalation.seniors import BY
from app.notifications.models import THE_SENIOR_CALL
from app.notifications.reach import Reach
from app.staff.models import Person


def succeed(session: Session, case: Case, *, at: datetime, because: str) -> None:
    """Name the next in line, and ask for their help: there is nothing to take by key or text, it is theirs already."""
    following = targets.next_for(session, case, at=at)
    if following is None or (case.responsible and case.responsible.person_id == following.id):
        return
    case.assign(following, at=at, because=because)
    for channel in Reach(session).channels(following, BY):
        tell(session, case, following, channel, THE_SENIOR_CALL, key=f"successor:{case.id}", because=because, at=at)


def after_leavers(session: Session, *, at: datetime) -> None:
    """Let the cases go on whose people have left the staff."""
    for case_id in session.scalars(_left_behind()).all():
        case = locked(session, case_id)
        if case.is_nobodys and case.responsible and not case.responsible.person.is_active:
            succeed(session, case, at=at, because="left")


def _left_behind() -> Select[str]:
    """Cases that go on, and for which somebody who has left was named last: they had it, or it had come to them."""
    later = aliased(Assignment)
    is_last = ~exists().where(later.case_id == Assignment.case_id, later.at > Assignment.at)
    named = select(Assignment.case_id).join(Assignment.person).where(Person.left_at.is_not(None), is_last)
    return select(Case.id).where(Case.id.in_(named), reached(), ~closed())
