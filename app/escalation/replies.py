"""What a member of staff answers to a page, by key, text or console, and what a lost page sets in motion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import locked
from app.db import one_at_a_time
from app.errors import AlreadyTaken
from app.escalation.ladder import queue_page, start_over
from app.escalation.models import Pass, StaffMessage, StepTaken
from app.escalation.opening import escalation_of
from app.notifications import outbox
from app.notifications.models import Notification, State
from app.staff.models import Person


class Answer(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    OVER = "over"
    PASSED = "passed"


_UNHEARD = frozenset({"unanswered", "no-answer", "busy", "withdrawn", "expired"})
"""Troubles that another channel to the same person would not mend: on to the next person."""


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
    return Answer.TAKEN


def pass_on(session: Session, case_id: str, *, by: Person, at: datetime) -> Answer:
    """The person hands the case on: it waits, and the next in line is paged at once. The deadline stays."""
    case = locked(session, case_id)
    _acknowledge(session, case, by, at=at)
    if not case.awaits_contact:
        return Answer.OVER
    if case.hold and case.hold.person_id != by.id:
        return Answer.ALREADY_TAKEN
    case.release(at=at, by=by.alias, because="passed_on")
    case.log("case.declined", by=by.alias, at=at)
    start_over(escalation_of(session, case), at=at)
    session.add(Pass(case_id=case.id, person_id=by.id, at=at))
    return Answer.PASSED


def page_lost(session: Session, page: Notification, *, at: datetime) -> None:
    """A page did not reach its person: the other channel at once; when a whole step is lost, the next step at once."""
    if page.case_id is None or page.step_id is None:
        return
    case = locked(session, page.case_id)
    if case.hold or not case.awaits_contact or _tried_otherwise(session, case, page, at=at):
        return
    step = session.get_one(StepTaken, page.step_id)
    escalation = escalation_of(session, case)
    on_this_ladder = step.step.startswith(escalation.ladder) and step.climb == escalation.climb
    if on_this_ladder and all(other.state == State.FAILED for other in outbox.of_step(session, page.step_id)):
        escalation.hurried_at = escalation.next_at = at


def _acknowledge(session: Session, case: Case, by: Person, *, at: datetime) -> None:
    if outbox.acknowledge(session, case_id=case.id, person_id=by.id, at=at):
        case.log("page.acknowledged", by=by.alias, at=at)


def _tried_otherwise(session: Session, case: Case, page: Notification, *, at: datetime) -> bool:
    if page.trouble in _UNHEARD:
        return False
    other = "call" if page.channel == "sms" else "sms"
    return queue_page(session, case, page.person, other, step_id=page.step_id or "", due_at=page.due_at, at=at)
