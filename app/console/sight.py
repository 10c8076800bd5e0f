"""Which case a person may see, take, and read. Not theirs to see is the same as unknown, in words and in work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.audit.log import record
from app.cases import queries
from app.cases.bridge_queries import was_with_them
from app.cases.models import Case
from app.console.doors import CASE_ROLES, SignedIn
from app.db import Database
from app.errors import NoSuchPage
from app.escalation.replies import may_answer
from app.notifications.models import Notification
from app.staff.roles import Role

Right = Callable[[Case, SignedIn], bool]
"""What somebody must be to a case for what they are about to do."""


def keeps(case: Case, who: SignedIn) -> bool:
    """Whether they work on the case, as whose it is or as a co-handler: only then may its secrets be read. A stone is
    nobody's."""
    return not case.is_forgotten and who.person_id in case.handler_ids and not case.excludes(who.person_id)


def answers_for(case: Case, who: SignedIn) -> bool:
    """Whether the case is theirs, and the promise with it: only then may they end it, pass it on, or join it."""
    return keeps(case, who) and who.person_id in case.keeper_ids


def may_record(case: Case, who: SignedIn) -> bool:
    """Whether they may write down an attempt: the case is theirs, or was, or they had the caller on the line. A contact
    made by somebody whose hold ran out in the meantime still is a contact."""
    if case.excludes(who.person_id):
        return False
    return keeps(case, who) or spoke(case, who) or any(hold.person_id == who.person_id for hold in case.holds)


def may_explain(case: Case, who: SignedIn) -> bool:
    """Whether they may say why the promise was broken: whoever has the case, and the coordinator."""
    if case.breach is None or case.excludes(who.person_id):
        return False
    return answers_for(case, who) or who.may(Role.COORDINATOR)


def spoke(case: Case, who: SignedIn) -> bool:
    """Whether they had the person on the line, though a colleague may hold the case, or a case that joined it."""
    session = object_session(case)
    whole = [case, *queries.joined_into(session, case)] if session else [case]
    connections = (approach.connection for one in whole for approach in one.approaches)
    if any(connection.person_id == who.person_id for connection in connections if connection):
        return True
    return session is not None and any(was_with_them(session, one.id, who.person_id) for one in whole)


def oversees(who: SignedIn) -> bool:
    """Whether they see the page of every case. The secrets are not on it."""
    return who.may(Role.COORDINATOR, Role.MANAGER)


def sees(case: Case, who: SignedIn) -> bool:
    """Whether the case's page is theirs to open: it is theirs, it waits and they answer, they spoke with the caller of
    a case that awaits contact, or they oversee. Never when they are excluded from it, whatever else they are."""
    if case.excludes(who.person_id):
        return False
    if case.is_forgotten:
        return oversees(who) or (case.first_contact is not None and case.first_contact.by_id == who.person_id)
    waits = case.awaits_contact and case.hold is None
    has_news = case.awaits_contact and spoke(case, who)
    return keeps(case, who) or oversees(who) or has_news or (waits and who.may(Role.HANDLER))


def may_take(case: Case, who: SignedIn, asked: frozenset[str]) -> bool:
    """Whether they may take it now: it is free, and they are a handler or were `asked` to."""
    if case.hold or not case.awaits_contact:
        return False
    return may_answer(case, who.person_id, who.roles, paged=case.id in asked)


def asked(session: Session, who: SignedIn) -> frozenset[str]:
    """The ids of the open cases that they were paged about. Handlers need no page, so theirs are not looked up."""
    if who.may(Role.HANDLER):
        return frozenset()
    still_open = select(Case.id).where(~queries.closed())
    paged = select(Notification.case_id).where(Notification.person_id == who.person_id)
    return frozenset(filter(None, session.scalars(paged.where(Notification.case_id.in_(still_open)))))


def find(session: Session, reference: str, who: SignedIn, *, may: Right = sees) -> Case | None:
    """The case they mean, if they `may` see it; one that was joined into another leads there."""
    case = queries.named(session, reference)
    return case if case and may(case, who) else None


def look_at(db: Database, reference: str, who: SignedIn, *, at: datetime, may: Right = sees) -> Case:
    """The case, after the log took note of who opened a page of it. NoSuchPage when it is unknown, or not theirs."""
    with db.transaction() as session:
        case = find(session, reference, who, may=may)
        if case:
            case.log("case.read", by=who.alias, at=at)
        else:
            refuse(session, reference, who, at=at)
    if case is None:
        raise no_such_case()
    return case


def refuse(session: Session, reference: str, who: SignedIn, *, at: datetime) -> None:
    """Note that they asked for a case they may not see. Commit it, then raise `no_such_case()`."""
    case = queries.by_reference(session, reference)
    about = case.pseudonym if case else ""
    role = who.in_role(*CASE_ROLES)
    record(session, at=at, by=who.alias, role=role, action="access.refused", about=about, outcome="refused")


def no_such_case() -> NoSuchPage:
    """Unknown, or not theirs: one answer for both."""
    return NoSuchPage("There is no such case, or it is not yours to see.")
