"""What a member of staff answers to a page, by key, text or console."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.canaries import ANSWERED
from app.cases.models import Case
from app.cases.queries import locked
from app.db import one_at_a_time
from app.errors import AlreadyTaken
from app.escalation.ladder import hurry, look_again, start_over
from app.escalation.models import Pass, StaffMessage
from app.escalation.opening import escalation_of
from app.notifications import outbox
from app.staff.models import Person
from app.staff.roles import Role


class Answer(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    OVER = "over"
    PASSED = "passed"
    CANARY = "canary"
    """It was a canary: they were reached, and that was all."""


def may_answer(case: Case, person_id: str, roles: Collection[str], *, paged: bool) -> bool:
    """Whether somebody may take a case or hand it on: a handler, or whoever was `paged` about it or is responsible."""
    if case.excludes(person_id):
        return False
    is_responsible = case.responsible is not None and case.responsible.person_id == person_id
    return Role.HANDLER in roles or paged or is_responsible


def once(session: Session, source: str, do: Callable[[], Answer], *, by: Person, at: datetime) -> Answer:
    """Do what a key asked for, once for each `source` (the carrier's id of the call): posted again, it is answered
    as it was and changes nothing."""
    one_at_a_time(session, source)
    known = session.get(StaffMessage, source)
    if known and known.answer:
        return Answer(known.answer)
    answer = do()
    session.add(StaffMessage(source=source, person_id=by.id, at=at, answer=answer.value))
    return answer


def take(session: Session, case_id: str, *, by: Person, via: str, at: datetime) -> Answer:
    """The person takes the case, if nobody else has; pages that still wait to be sent are withdrawn."""
    case = locked(session, case_id)
    _acknowledge(session, case, by, at=at)
    if not case.awaits_contact:
        return Answer.OVER
    try:
        case.take(by=by, at=at, via=via)
    except AlreadyTaken:
        return Answer.ALREADY_TAKEN
    outbox.withdraw(session, case_id=case_id, at=at)
    look_again(case, escalation_of(session, case))
    return _came_back(case, by, at=at) if case.is_canary else Answer.TAKEN


def pass_on(session: Session, case_id: str, *, by: Person, at: datetime) -> Answer:
    """The person hands the case on: it waits, and the next in line is paged at once. The deadline stays.

    Handing it on a second time does not begin the ladder anew, or it would never reach its upper steps.
    """
    case = locked(session, case_id)
    _acknowledge(session, case, by, at=at)
    if not case.awaits_contact or case.excludes(by.id):
        return Answer.OVER
    if case.hold and case.hold.person_id != by.id:
        return Answer.ALREADY_TAKEN
    if case.is_canary:
        return take(session, case_id, by=by, via="page", at=at)
    escalation = escalation_of(session, case)
    if case.hold or not _has_passed(session, case, by):
        start_over(escalation, at=at)
    else:
        hurry(escalation, at=at)
    case.release(at=at, by=by.alias, because="passed_on")
    case.log("case.declined", by=by.alias, at=at)
    session.add(Pass(case_id=case.id, person_id=by.id, at=at))
    return Answer.PASSED


def _came_back(case: Case, by: Person, *, at: datetime) -> Answer:
    """A canary has done what it was sent for."""
    case.log("canary.answered", by=by.alias, at=at)
    case.close(by=by, at=at, outcome="closed", code=ANSWERED)
    return Answer.CANARY


def _has_passed(session: Session, case: Case, by: Person) -> bool:
    earlier = select(Pass.id).where(Pass.case_id == case.id, Pass.person_id == by.id).limit(1)
    return session.scalar(earlier) is not None


def _acknowledge(session: Session, case: Case, by: Person, *, at: datetime) -> None:
    if outbox.acknowledge(session, case_id=case.id, person_id=by.id, at=at):
        case.log("page.acknowledged", by=by.alias, at=at)
