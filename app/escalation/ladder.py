"""One case, one deed: what is due for it now, and doing it. Called with the case locked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.facts import Hold
from app.cases.models import Case
from app.escalation import targets
from app.escalation.models import Escalation, StepTaken
from app.escalation.policy import (
    Due,
    Ladder,
    Policy,
    caught_up,
    first,
    from_json,
    hurried,
    taken,
    upcoming,
    without_ladder,
)
from app.logs import Log
from app.notifications import outbox, unusable
from app.notifications.models import CHANNELS, Priority
from app.staff.models import ChannelKind, Person

PAGE_LASTS = timedelta(minutes=10)
"""An alarm that arrives later than this would be taken for a new one."""

_log = Log("escalation")


def advance(session: Session, case: Case, escalation: Escalation, *, at: datetime) -> None:
    """Do the one thing that is due first, and work out when the next one is.

    A case that was reached, closed or joined comes to rest. A grace that is over gives the case back to
    the untaken ladder. The breach is recorded at the deadline, whatever the ladders say.
    """
    policy = from_json(escalation.policy)
    lapse = _lapse(case.hold, policy) if case.hold and case.awaits_contact else None
    step = _next_step(case, escalation, policy)
    due = min((moment for moment in (lapse, step and step.at, _breach_at(case)) if moment), default=None)
    if due is None or due > at:
        escalation.next_at = due
        return
    if due == _breach_at(case):
        case.record_breach(at=at)
    elif due == lapse:
        _come_back(case, escalation, at=at, lapsed_at=lapse)
    elif step:
        _take(session, case, escalation, policy, step, at=at)
    escalation.next_at = at


def _lapse(hold: Hold, policy: Policy) -> datetime:
    """When a hold without contact ends: with the grace, or when its holder left the staff."""
    grace_over = hold.at + policy.grace
    return min(grace_over, hold.person.left_at) if hold.person.left_at else grace_over


def _breach_at(case: Case) -> datetime | None:
    """The deadline, while it is not yet known whether it will be kept. Closing without contact does not lift it."""
    if case.breach or case.first_contact or case.join:
        return None
    return case.due_at


def _next_step(case: Case, escalation: Escalation, policy: Policy) -> Due | None:
    if not case.awaits_contact:
        return None
    position = json.loads(escalation.position)
    before_deadline = upcoming(policy, Ladder.UNCONTACTED, position, start=case.due_at)
    if case.hold:
        return before_deadline
    ladder = Ladder(escalation.ladder)
    waiting = upcoming(policy, ladder, position, start=escalation.counts_from)
    if escalation.hurried_at:
        waiting = _earlier(
            waiting, hurried(policy, ladder, position, start=escalation.counts_from), escalation.hurried_at
        )
    return first((waiting, before_deadline))


def _earlier(waiting: Due | None, fresh: Due | None, hurried_at: datetime) -> Due | None:
    """The step hurried on to, unless something was due before that anyway."""
    if fresh is None or (waiting and waiting.at <= hurried_at):
        return waiting
    return Due(at=min(fresh.at, hurried_at), ladder=fresh.ladder, index=fresh.index, turn=0)


def _come_back(case: Case, escalation: Escalation, *, at: datetime, lapsed_at: datetime) -> None:
    left = case.hold is not None and not case.hold.person.is_active
    case.release(at=at, by="engine", because="holder_left" if left else "grace_over")
    start_over(escalation, at=lapsed_at)


def start_over(escalation: Escalation, *, at: datetime) -> None:
    """The untaken ladder begins anew at a moment: the case came back. The deadline stays where it is."""
    position = without_ladder(json.loads(escalation.position), Ladder(escalation.ladder))
    escalation.position = json.dumps(position)
    escalation.climb += 1
    escalation.counts_from, escalation.hurried_at, escalation.next_at = at, None, at


def hurry(escalation: Escalation, *, at: datetime) -> None:
    """The next step that has not been taken at all is due now. Without one, nothing changes."""
    escalation.hurried_at = escalation.next_at = at


def _take(session: Session, case: Case, escalation: Escalation, policy: Policy, due: Due, *, at: datetime) -> None:
    due = caught_up(policy, due, at=at)
    step = policy.ladder(due.ladder)[due.index]
    found = targets.people(session, case, escalation, step.page, at=at)
    row = StepTaken(
        case_id=case.id,
        climb=0 if due.ladder == Ladder.UNCONTACTED else escalation.climb,
        step=due.label,
        due_at=due.at,
        ran_at=at,
        missed=due.missed,
        late_ms=max(0, int((at - due.at).total_seconds() * 1000)),
    )
    session.add(row)
    session.flush()
    pages = sum(_page(session, case, row, person, step.by, at=at) for person in found)
    if case.hold is None and due.ladder != Ladder.UNCONTACTED and found:
        case.assign(found[0], at=at, because="paged")
    escalation.position = json.dumps(taken(json.loads(escalation.position), due))
    escalation.hurried_at = None if pages else at
    case.log(
        "step.taken", by="engine", at=at, step=due.label, due_at=due.at.isoformat(), missed=due.missed, pages=pages
    )
    if not pages:
        _log.error("a step reached nobody", reference=case.reference, step=due.label)


def _page(session: Session, case: Case, row: StepTaken, person: Person, by: tuple[str, ...], *, at: datetime) -> int:
    """Write the pages of one step to one person; by text when none of the step's channels can reach them.

    A channel that the carrier says does not work for them is passed over (`unusable.py`).
    """
    if not person.channel(ChannelKind.PHONE):
        return 0
    usable = unusable.usable(session, person, [channel for channel in by if channel in CHANNELS] or ["sms"])
    first_page = row.step.endswith(".0.0") and not row.step.startswith(Ladder.UNCONTACTED)
    for channel in usable:
        queue_page(session, case, person, channel, step_id=row.id, due_at=row.due_at, at=at, is_first=first_page)
    return len(usable)


def queue_page(
    session: Session,
    case: Case,
    person: Person,
    channel: str,
    *,
    step_id: str,
    due_at: datetime,
    at: datetime,
    is_first: bool = False,
) -> bool:
    """Write one page about a case, once per step, person and channel. False when it is written already."""
    page = outbox.queue(
        session,
        key=f"{step_id}:{person.id}:{channel}",
        person=person,
        channel=channel,
        wording="sms.page",
        values={"reference": case.reference, "due_at": case.due_at.isoformat()},
        priority=Priority.FIRST_PAGE if is_first else Priority.PAGE,
        due_at=due_at,
        at=at,
        valid_for=PAGE_LASTS,
        case_id=case.id,
        step_id=step_id,
    )
    if page is None:
        return False
    case.log("page.queued", by="engine", at=at, to=person.alias, channel=channel)
    return True
