"""A call from the number of a case that waits, by somebody who is not the one that waits there (decision 0047).

A call joins the case of its number before anybody has said who calls. When a key says that it is a relative, and the
case is the concerned person's, or the other way round, the call goes on as a case of its own: nothing was said yet
but a number. Its deadline is the older one, for a key may have been pressed by mistake and nothing moves a clock later.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cases import apart, contents, queries, references
from app.cases.facts import Approach, Connection, Content
from app.cases.models import Case
from app.escalation import conflicts
from app.escalation.opening import begin
from app.intake.reception import Desk, case_with, remember
from app.programme.apply import current


def set_apart(session: Session, desk: Desk, row: Approach, number: str | None, *, at: datetime) -> None:
    """Take a call out of a case that is somebody else's, by what each said of themselves: into the one that waits for
    theirs, or a new one. A call that left more than its number, or was answered, stays: its words are sealed there.

    A call that is a case of its own, because its number is two people's, goes on as part of the one that it fits.
    """
    others = apart.roles_in(session, row.case_id, but=row.id)
    if number and apart.clash(row.role, others):
        _part(session, desk, row, number, at=at)
    elif number and not others and (theirs := _theirs(session, desk, row, number, at=at)):
        case = queries.locked(session, row.case_id)
        if not case.join and apart.apart_from(session, theirs):
            conflicts.join(session, case, theirs, by="caller", at=at)


def _part(session: Session, desk: Desk, row: Approach, number: str, *, at: datetime) -> None:
    case = queries.locked(session, row.case_id)
    session.refresh(row, ["case_id"])
    if row.case_id == case.id and not case.join and _left_nothing_else(session, row):
        into = _theirs(session, desk, row, number, at=at) or _opened(session, desk, case, number, at=at)
        _move(session, row, into, number)
        apart.keep_apart(session, case, into, at=at)
        into.log("approach.set_apart", by="caller", at=at, apart_from=case.pseudonym)


def _left_nothing_else(session: Session, row: Approach) -> bool:
    kinds = session.scalars(select(Content.kind).where(Content.approach_id == row.id)).all()
    return {*kinds} <= {"caller_number"} and session.get(Connection, row.id) is None


def _theirs(session: Session, desk: Desk, row: Approach, number: str, *, at: datetime) -> Case | None:
    """The case, locked, that waits for those who say the same of themselves."""
    for case in apart.waiting_for(session, desk.waiting.tags(number, at=at)):
        if case.id != row.case_id and apart.fits(row.role, apart.roles_in(session, case.id)):
            return queries.locked(session, case.id)
    return None


def _opened(session: Session, desk: Desk, case: Case, number: str, *, at: datetime) -> Case:
    """A case of their own. Who was kept from the other is kept from this one."""
    key = desk.ready.take()
    opened = case_with(session, key, references.free(session), at=at, due_by=case.due_at)
    remember(session, desk, opened, number, full=desk.waiting.tag(number, at=at))
    begin(session, opened, current(session).routine, at=at)
    for exclusion in case.exclusions:
        conflicts.exclude(session, opened.id, exclusion.person, by="engine", at=at)
    return opened


def _move(session: Session, row: Approach, into: Case, number: str) -> None:
    before = row.case_id
    session.execute(delete(Content).where(Content.approach_id == row.id))
    row.case_id = into.id
    session.flush()
    contents.keep(session, into, row, kind="caller_number", text=number, at=row.at)
    for case in (session.get_one(Case, before), into):
        session.expire(case, ["approaches"])
