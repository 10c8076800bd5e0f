"""One case, one deed: what is due for it now, and doing it. Called with the case locked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session, object_session

from app import nudge, rows
from app.cases.models import Case
from app.db import new_id
from app.escalation import shifts, targets
from app.escalation.models import Escalation, StepTaken
from app.escalation.policy import (
    Due,
    Ladder,
    Policy,
    caught_up,
    first,
    from_json,
    hurried,
    not_before,
    taken,
    upcoming,
    without_ladder,
)
from app.escalation.shifts import Lapse
from app.logs import Log
from app.notifications import alarms, outbox
from app.notifications.models import THE_CANARY, THE_PAGE, Priority
from app.staff.models import Colleague, Person

PAGE_LASTS = timedelta(minutes=10)
"""An alarm that arrives later than this would be taken for a new one."""

_log = Log("escalation")


def advance(
    session: Session, case: Case, escalation: Escalation, *, at: datetime, watch: targets.Watch | None = None
) -> None:
    """Do the one thing that is due first, and work out when the next one is.

    A case that was reached, closed or joined comes to rest. A grace that is over gives the case back to
    the untaken ladder. The breach is recorded at the deadline, whatever the ladders say. `watch`: where it was looked
    up in this transaction for several cases.
    """
    policy = _thawed(escalation.policy)
    coming = _coming(case, escalation, policy)
    if coming.at and coming.at <= at:
        _do(session, case, escalation, policy, coming, at=at, watch=watch)
        coming = _coming(case, escalation, policy)
    escalation.next_at = max(coming.at, at) if coming.at else None


_thawed = lru_cache(maxsize=64)(from_json)
"""Thousands of cases were opened under the same few policies."""


@dataclass(frozen=True)
class _Coming:
    """What a case has before it: each at its moment, or never."""

    step: Due | None
    breach: datetime | None
    lapse: Lapse | None

    @property
    def at(self) -> datetime | None:
        """The moment that comes first."""
        moments = self.lapse and self.lapse.at, self.step and self.step.at, self.breach
        return min((moment for moment in moments if moment), default=None)


def _coming(case: Case, escalation: Escalation, policy: Policy) -> _Coming:
    lapse = shifts.lapse(case.hold, policy.grace) if case.hold and case.awaits_contact else None
    return _Coming(_next_step(case, escalation, policy), None if policy.canary else _breach_at(case), lapse)


def _do(
    session: Session,
    case: Case,
    escalation: Escalation,
    policy: Policy,
    coming: _Coming,
    *,
    at: datetime,
    watch: targets.Watch | None,
) -> None:
    if coming.at == coming.breach:
        case.record_breach(at=at)
    elif coming.lapse and coming.at == coming.lapse.at:
        _come_back(session, case, escalation, coming.lapse, at=at)
    elif coming.step:
        _take(watch or targets.Watch(session, at=at), case, escalation, policy, coming.step)


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


def _come_back(session: Session, case: Case, escalation: Escalation, lapse: Lapse, *, at: datetime) -> None:
    """Nobody has it any more, as of the moment at which the hold ended. With the shift, its holder is told so."""
    hold = case.hold
    case.release(at=at, by="engine", because=lapse.because)
    if hold and lapse.because == shifts.SHIFT_OVER:
        shifts.tell(session, case, hold.person, hold.id, at=at)
    start_over(escalation, at=lapse.at)


def look_again(case: Case, escalation: Escalation) -> None:
    """Somebody took it: what comes now may come earlier than what was to come."""
    coming = _coming(case, escalation, _thawed(escalation.policy)).at
    if coming and (escalation.next_at is None or coming < escalation.next_at):
        escalation.next_at = coming
        _nudge(escalation)


def start_over(escalation: Escalation, *, at: datetime) -> None:
    """The untaken ladder begins anew at a moment: the case came back. The deadline stays where it is."""
    position = without_ladder(json.loads(escalation.position), Ladder(escalation.ladder))
    escalation.position = json.dumps(position)
    escalation.climb += 1
    escalation.counts_from, escalation.hurried_at, escalation.next_at = at, None, at
    _nudge(escalation)


def hurry(escalation: Escalation, *, at: datetime) -> None:
    """The next step that has not been taken at all is due now. Without one, nothing changes."""
    escalation.hurried_at = escalation.next_at = at
    _nudge(escalation)


def _nudge(escalation: Escalation) -> None:
    """It is due now. In the middle of a round, or of a test, nobody need be told."""
    session = object_session(escalation)
    if session:
        nudge.wanted(session)


def _take(watch: targets.Watch, case: Case, escalation: Escalation, policy: Policy, due: Due) -> None:
    at, due = watch.at, not_before(escalation.entered_at, caught_up(policy, due, at=watch.at))
    step = policy.ladder(due.ladder)[due.index]
    found = targets.people(watch, case, escalation, step.page)
    step_id = _note(watch.session, case, escalation, due, at=at)
    pages = sum(_page(watch, case, due, person, step.by, step_id=step_id) for person in found)
    if case.hold is None and due.ladder != Ladder.UNCONTACTED and found:
        case.assign(found[0], at=at, because="paged")
    escalation.position = json.dumps(taken(json.loads(escalation.position), due))
    escalation.hurried_at = None if pages else at
    case.log(
        "step.taken", by="engine", at=at, step=due.label, due_at=due.at.isoformat(), missed=due.missed, pages=pages
    )
    if not pages:
        _log.error("a step reached nobody", reference=case.reference, step=due.label)
        # Whoever may not have the case may well hear that somebody must be found for it: an alarm names none.
        alarms.tell(watch.session, "alarm.nobody", key=f"nobody:{case.id}", channels=("sms", "call"), at=at)


def _note(session: Session, case: Case, escalation: Escalation, due: Due, *, at: datetime) -> str:
    """Write down that the step is taken; the id of that row."""
    step_id = new_id()
    rows.write_unseen(
        session,
        StepTaken,
        id=step_id,
        case_id=case.id,
        climb=0 if due.ladder == Ladder.UNCONTACTED else escalation.climb,
        step=due.label,
        due_at=due.at,
        ran_at=at,
        missed=due.missed,
        late_ms=max(0, int((at - due.at).total_seconds() * 1000)),
    )
    return step_id


def _page(watch: targets.Watch, case: Case, due: Due, person: Colleague, by: tuple[str, ...], *, step_id: str) -> int:
    """Write the pages of one step to one person, by the channels that reach them (`reach.py`); how many."""
    usable = watch.reach.channels(person, by)
    is_first = due.label.endswith(".0.0") and due.ladder != Ladder.UNCONTACTED
    for channel in usable:
        page = _about(case, person, channel, step_id=step_id, due_at=due.at, at=watch.at, is_first=is_first)
        outbox.queue_new(watch.session, **page)
        _log_page(case, person, channel, at=watch.at)
    return len(usable)


def queue_page(
    session: Session, case: Case, person: Person, channel: str, *, step_id: str, due_at: datetime, at: datetime
) -> bool:
    """Write one more page about a case, once per step, person and channel. False when it is written already."""
    if outbox.queue(session, **_about(case, person, channel, step_id=step_id, due_at=due_at, at=at)) is None:
        return False
    _log_page(case, person, channel, at=at)
    return True


def _about(
    case: Case,
    person: Person | Colleague,
    channel: str,
    *,
    step_id: str,
    due_at: datetime,
    at: datetime,
    is_first: bool = False,
) -> outbox.News:
    return {
        "key": f"{step_id}:{person.id}:{channel}",
        "person": person,
        "channel": channel,
        "wording": THE_CANARY if case.is_canary else THE_PAGE,
        "values": {"reference": case.reference, "due_at": case.due_at.isoformat()},
        "priority": Priority.FIRST_PAGE if is_first else Priority.PAGE,
        "due_at": due_at,
        "at": at,
        "valid_for": PAGE_LASTS,
        "case_id": case.id,
        "step_id": step_id,
    }


def _log_page(case: Case, person: Person | Colleague, channel: str, *, at: datetime) -> None:
    case.log("page.queued", by="engine", at=at, to=person.alias, channel=channel)
