"""A page that did not arrive: the other channel at once, and when a whole step is lost, the next step at once.

Whoever changes a case and a page locks the case first, so that two who do cannot wait for each other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import locked
from app.escalation.ladder import hurry, queue_page
from app.escalation.models import StepTaken
from app.escalation.opening import escalation_of
from app.notifications import outbox, receipts
from app.notifications.models import Notification, State
from app.telephony.carrier import CarrierError

_UNHEARD = frozenset({"unanswered", "no-answer", "busy", "withdrawn", "expired"})
"""Troubles that another channel to the same person would not mend: on to the next person."""


def refused(session: Session, page_id: str, problem: CarrierError, *, at: datetime) -> None:
    """The carrier did not take a page."""
    case = _case_of(session, page_id)
    was_sending = session.get_one(Notification, page_id).state == State.SENDING
    page = outbox.refused(session, page_id, problem, at=at)
    if was_sending and page.state == State.FAILED:
        receipts.note(session, page, "page.failed", by="engine", at=at)
        if case:
            _move_on(session, case, page, at=at)


def reported(session: Session, page_id: str, *, status: str, code: int | None, at: datetime) -> None:
    """The carrier says what became of a page it took."""
    case = _case_of(session, page_id)
    lost = receipts.settle(session, page_id, status=status, code=code, at=at)
    if case and lost:
        _move_on(session, case, lost, at=at)


def _case_of(session: Session, page_id: str) -> Case | None:
    """The case a page is about, locked; None for a page about no case, or no page at all."""
    case_id = session.scalar(select(Notification.case_id).where(Notification.id == page_id))
    return locked(session, case_id) if case_id else None


def _move_on(session: Session, case: Case, page: Notification, *, at: datetime) -> None:
    if page.step_id is None or case.hold or not case.awaits_contact or _tried_otherwise(session, case, page, at=at):
        return
    step = session.get_one(StepTaken, page.step_id)
    escalation = escalation_of(session, case)
    on_this_ladder = step.step.startswith(escalation.ladder) and step.climb == escalation.climb
    if on_this_ladder and all(other.state == State.FAILED for other in outbox.of_step(session, page.step_id)):
        hurry(escalation, at=at)


def _tried_otherwise(session: Session, case: Case, page: Notification, *, at: datetime) -> bool:
    if page.trouble in _UNHEARD:
        return False
    other = "call" if page.channel == "sms" else "sms"
    return queue_page(session, case, page.person, other, step_id=page.step_id or "", due_at=page.due_at, at=at)
