"""A page that did not arrive: another carrier, another channel, and when a whole step is lost the next one; at once.

Whoever changes a case and a page locks the case first, so that two who do cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import locked
from app.escalation.ladder import hurry, queue_page
from app.escalation.models import StepTaken
from app.escalation.opening import escalation_of
from app.escalation.second_carrier import ask_another, counts_as_lost, may_yet_arrive
from app.notifications import lessons, outbox, reach, receipts, refusals
from app.notifications.models import TELEPHONE, Notification, State
from app.telephony.carrier import CarrierError, Trouble

_UNHEARD = frozenset({"unanswered", "no-answer", "busy", "withdrawn", "expired"})
"""Troubles that another channel to the same person would not mend: on to the next person."""


def refused(session: Session, page_id: str, problem: CarrierError, *, at: datetime) -> None:
    """The carrier did not take a page."""
    case = _case_of(session, page_id)
    was_sending = session.get_one(Notification, page_id).state == State.SENDING
    page = refusals.refused(session, page_id, problem, at=at)
    if was_sending:
        ask_another(session, case, page, problem, at=at)
        lessons.from_refusal(session, page, problem, at=at)
        _spare_them(case, page, at=at)
        if case and page.state == State.PENDING and page.channel not in TELEPHONE:
            _by_telephone_too(session, case, page, at=at)
    if was_sending and page.state == State.FAILED:
        receipts.note(session, page, "page.failed", by="engine", at=at)
        if case:
            _move_on(session, case, page, at=at)


def reported(
    session: Session, page_id: str, *, status: str, code: int | None, at: datetime, ref: str | None = None
) -> None:
    """The carrier says what became of a page it took, and under which reference it keeps it.

    Most of what it says is that a page is on its way, which changes no case: then none is locked.
    """
    if receipts.is_on_its_way(status):
        receipts.settle(session, page_id, status=status, code=code, at=at, ref=ref)
        return
    case = _case_of(session, page_id)
    page = receipts.unsettled(session, page_id)
    if page is None:
        return
    is_lost = receipts.take_in(session, page, status=status, code=code, at=at, ref=ref)
    if is_lost:
        ask_another(session, case, page, None, at=at)
    lessons.from_receipt(session, page, at=at)
    if case and is_lost:
        _move_on(session, case, page, at=at)


def _case_of(session: Session, page_id: str) -> Case | None:
    """The case a page is about, locked; None for a page about no case, or no page at all."""
    case_id = session.scalar(_WHOSE, {"page": page_id})
    return locked(session, case_id) if case_id else None


_WHOSE: Final = select(Notification.case_id).where(Notification.id == bindparam("page"))


def _spare_them(case: Case | None, page: Notification, *, at: datetime) -> None:
    """A page that waits for the carrier, about a case that waits no longer, wakes nobody."""
    if case and page.step_id and page.state == State.PENDING and not case.awaits_contact:
        outbox.fail(page, trouble="withdrawn", at=at)


def _move_on(session: Session, case: Case, page: Notification, *, at: datetime) -> None:
    if page.step_id is None or case.hold or not case.awaits_contact or may_yet_arrive(session, page):
        return
    pages = outbox.of_step(session, page.step_id)
    if page.channel not in TELEPHONE and _is_by_telephone(pages, to=page.person_id):
        return
    if _tried_otherwise(session, case, page, at=at) or _would_befall_everybody(page):
        return
    step = session.get_one(StepTaken, page.step_id)
    escalation = escalation_of(session, case)
    on_this_ladder = step.step.startswith(escalation.ladder) and step.climb == escalation.climb
    if on_this_ladder and _is_lost(session, outbox.of_step(session, page.step_id)):
        hurry(escalation, at=at)


def _is_lost(session: Session, pages: Sequence[Notification]) -> bool:
    """Whether a step has reached nobody. That a letter or a push was taken wakes nobody: where telephones were rung or
    texted, they alone count."""
    heard = [page for page in pages if page.channel in TELEPHONE] or pages
    return all(counts_as_lost(session, page) for page in heard)


def _by_telephone_too(session: Session, case: Case, page: Notification, *, at: datetime) -> None:
    """A mail server that does not answer is tried again; meanwhile they are texted, unless the step rings or texts."""
    needed = page.step_id and case.awaits_contact and not case.hold and page.person.has_telephone
    if needed and page.step_id and not _is_by_telephone(outbox.of_step(session, page.step_id), to=page.person_id):
        queue_page(session, case, page.person, "sms", step_id=page.step_id, due_at=page.due_at, at=at)


def _is_by_telephone(pages: Sequence[Notification], *, to: str | None = None) -> bool:
    return any(page.channel in TELEPHONE and to in (None, page.person_id) for page in pages)


def _would_befall_everybody(page: Notification) -> bool:
    """Whether the carrier refuses us and not this telephone: hurrying on would use up the ladder and reach nobody."""
    refused = page.trouble == Trouble.CONFIGURATION or lessons.trouble_of(page) is Trouble.CONFIGURATION
    return refused and page.channel in TELEPHONE


def _tried_otherwise(session: Session, case: Case, page: Notification, *, at: datetime) -> bool:
    """Whether the next person need not be hurried yet: the page goes to another telephone channel of theirs. It goes by
    letter or push where both have failed, but nobody waits for that."""
    if page.trouble in _UNHEARD:
        return False
    step_id, due_at = page.step_id or "", page.due_at
    for channel in reach.otherwise(session, page.person):
        if channel != page.channel and queue_page(
            session, case, page.person, channel, step_id=step_id, due_at=due_at, at=at
        ):
            return channel in TELEPHONE
    return False
