"""The second carrier: a page that the first refused, did not answer for, or lost, goes by another; once.

What goes by another carrier is a notification of its own, so that the receipts of the two cannot be taken for each
other. The first goes on trying meanwhile, where trying can help, until the second has taken the page.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.audit.log import record
from app.cases.models import Case
from app.notifications import detours, outbox
from app.notifications.models import Notification, Priority, State
from app.notifications.proving import is_probe
from app.programme.apply import current
from app.telephony.carrier import CarrierError, Trouble

WAITS: Final = "page.waits"
"""The prompt with which a case is announced by a recording. It names no case: the call is about one."""

_LOST_ON_THE_WAY: Final = frozenset({"failed", "undelivered", "canceled"})
"""What a carrier reports of a page that it, or a network behind it, lost. Busy or unanswered is the telephone's doing,
and would be by any carrier."""

_CARRIERS_OWN_DOING: Final = frozenset({Trouble.TRANSIENT.value, Trouble.CONFIGURATION.value})


def ask_another(
    session: Session, case: Case | None, page: Notification, problem: CarrierError | None, *, at: datetime
) -> None:
    """Give the page to the carrier that stood ready, if it was refused or lost in a way that another may mend.

    `problem` is what the carrier refused it with; None when it took the page and lost it.
    """
    spare = None if is_probe(page.wording) else detours.spare_of(session, page.id)
    if spare is None or not _is_still_needed(case, page, at=at) or not _helps(page, problem):
        return
    channel = _channel(session, page)
    if channel is None:
        return
    instead = outbox.queue(
        session,
        key=f"{spare}:{page.id}",
        person=page.person,
        channel=channel,
        wording=page.wording,
        values=json.loads(page.values),
        priority=Priority(page.priority),
        due_at=page.due_at,
        at=at,
        valid_for=page.valid_until - at,
        case_id=page.case_id,
        step_id=page.step_id,
    )
    if instead:
        detours.stand_in(session, page, instead, carrier=spare, at=at)
        _note(session, case, page, channel, carrier=spare, at=at)


def may_yet_arrive(session: Session, page: Notification) -> bool:
    """Whether a page that failed by its carrier's own doing is still on its way by another, or by the first."""
    other = detours.counterpart(session, page) if page.trouble in _CARRIERS_OWN_DOING else None
    return other is not None and not _is_given_up(other)


def counts_as_lost(session: Session, page: Notification) -> bool:
    """Whether the next person need not wait for this page: it failed; or it stands in for one that failed, and goes to
    a telephone that did not take that one, or by a carrier that takes nothing at the moment."""
    if page.state == State.FAILED:
        return True
    first = detours.stood_in_for(session, page)
    if first is None or first.state != State.FAILED:
        return False
    return first.trouble not in _CARRIERS_OWN_DOING or _is_given_up(page)


def _is_given_up(page: Notification) -> bool:
    """Whether it failed, or waits for somebody to mend the account."""
    return page.state == State.FAILED or (page.state == State.PENDING and page.tries_in_a_fault > 0)


def _is_still_needed(case: Case | None, page: Notification, *, at: datetime) -> bool:
    if at >= page.valid_until:
        return False
    return page.step_id is None or (case is not None and case.awaits_contact and not case.hold)


def _helps(page: Notification, problem: CarrierError | None) -> bool:
    """Whether another carrier is asked now. One that is merely busy may be asked again first, but not about the first
    page of a case."""
    if problem is None:
        return page.trouble in _LOST_ON_THE_WAY
    is_busy = problem.trouble is Trouble.TRANSIENT and not problem.maybe_done and problem.code is not None
    return page.state == State.FAILED or not is_busy or page.priority == Priority.FIRST_PAGE


def _channel(session: Session, page: Notification) -> str | None:
    """A text stays a text. A call becomes one too, where there is no voice for it, unless a text goes out anyway."""
    if page.channel != "call" or _can_be_heard(session, page):
        return page.channel
    texts = [other for other in outbox.of_step(session, page.step_id or "") if other.channel == "sms"]
    to_them = [other for other in texts if other.person_id == page.person_id and other.state != State.FAILED]
    return None if to_them else "sms"


def _can_be_heard(session: Session, page: Notification) -> bool:
    """Whether the programme brings a recording for this in their language: that carrier reads nothing aloud."""
    return WAITS in current(session).recordings.get(page.person.languages[0], {})


def _note(session: Session, case: Case | None, page: Notification, channel: str, *, carrier: str, at: datetime) -> None:
    if case:
        case.log("page.queued", by="engine", at=at, to=page.person.alias, channel=channel, carrier=carrier)
    else:
        about = f"person:{page.person.alias}"
        record(session, at=at, by="engine", action="page.queued", about=about, channel=channel, carrier=carrier)
