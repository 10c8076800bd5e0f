"""The promises of PRODUCT.md section 2 that time can break, worked out from the rows and not from what the product says
of itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.breaches import Breach
from app.cases.bridges import Bridge, Leg, LegFact, Role, What
from app.cases.canaries import MARK
from app.cases.facts import Approach, ContactAttempt, FirstContact, Join
from app.cases.models import Case
from app.cases.permissions import may_contact
from app.escalation.models import StepTaken
from app.notifications.models import Notification
from bench.year.bad_days import Outage
from bench.year.house import House
from bench.year.programme import STOCKHOLM

A_DAY: Final = timedelta(hours=24)
PUNCTUAL: Final = timedelta(seconds=2)
"""How late a step may be while an engine is up: under this clock nothing takes time, and all of it would be ours."""

_A_SECOND: Final = timedelta(seconds=1)


Found = Iterator[tuple[str, str]]
"""What is broken, and the case it is about, if it is about one."""

Promise = Callable[[Session, House, Sequence[Outage]], Found]


def the_clock_runs_a_day(session: Session, _house: House, _outages: Sequence[Outage]) -> Found:
    """Due is the first approach and twenty-four hours of elapsed time, always."""
    first = dict(session.execute(select(Approach.case_id, func.min(Approach.at)).group_by(Approach.case_id)).all())
    for case_id, reference, opened_at, due_at in session.execute(
        select(Case.id, Case.reference, Case.opened_at, Case.due_at)
    ):
        came = first.get(case_id)
        if came is None or due_at != came + A_DAY or opened_at != came:
            yield f"{reference} came at {came} and is due at {due_at}", case_id


def every_approach_counts_once(session: Session, house: House, _outages: Sequence[Outage]) -> Found:
    """Whatever the telephone company told us of, and every form, is there once."""
    kept = Counter(session.scalars(select(Approach.source).where(Approach.channel.in_(("phone", "sms")))))
    yield from ((f"{source} is there {times} times", "") for source, times in kept.items() if times > 1)
    lost = house.came_in - set(kept)
    yield from ((f"{source} reached the telephone company and is no approach", "") for source in lost)
    yield from ((f"nobody brought {source}", "") for source in set(kept) - house.came_in)
    real = select(func.count()).select_from(Approach).join(Case, Case.id == Approach.case_id)
    forms = session.scalar(real.where(Approach.channel == "form", ~Case.reference.startswith(MARK)))
    if house.forms != Counter({200: forms} if forms else {}):
        yield f"forms were answered {dict(house.forms)}, and {forms} are approaches", ""


def only_two_way_contact_stops_the_clock(session: Session, _house: House, _outages: Sequence[Outage]) -> Found:
    """First contact is somebody's word that they spoke, and is the first such word."""
    spoken = defaultdict(list)
    for attempt in session.execute(
        select(ContactAttempt.case_id, ContactAttempt.at).where(ContactAttempt.outcome == "reached")
    ):
        spoken[attempt.case_id].append(attempt.at)
    stopped = dict(session.execute(select(FirstContact.case_id, FirstContact.at)).all())
    for case_id, at in stopped.items():
        if min(spoken.get(case_id, [None]), key=lambda one: one or at) != at:
            yield f"the clock stopped at {at}, and nobody had said that they spoke", case_id
    yield from (("somebody spoke, and the clock runs on", case_id) for case_id in spoken.keys() - stopped.keys())


def a_breach_is_a_fact_at_its_moment(session: Session, house: House, outages: Sequence[Outage]) -> Found:
    """Recorded for every case that was not reached in time, for none that was, at once while an engine is up."""
    breaches = {row.case_id: row for row in session.scalars(select(Breach))}
    made = dict(session.execute(select(FirstContact.case_id, FirstContact.at)).all())
    joined = set(session.scalars(select(Join.case_id)))
    for case in session.scalars(select(Case)):
        breach, contact = breaches.get(case.id), made.get(case.id)
        in_time = contact is not None and contact < case.due_at
        if breach and (in_time or case.is_canary or breach.at != case.due_at or breach.recorded_at < case.due_at):
            yield f"{case.reference}: a breach that was none, or not then", case.id
        was_promised = not case.is_canary and case.id not in joined
        is_past = case.due_at < house.now - PUNCTUAL and (contact is None or contact > case.due_at + _A_SECOND)
        if breach is None and was_promised and is_past:
            yield f"{case.reference} was not reached in time, and no breach is recorded", case.id
        if (
            breach
            and breach.recorded_at > case.due_at + PUNCTUAL
            and not nobody_looked(outages, case.due_at, breach.recorded_at)
        ):
            yield f"{case.reference}: the breach was written down at {breach.recorded_at}", case.id


def late_means_measured(session: Session, _house: House, outages: Sequence[Outage]) -> Found:
    """Every step has its due moment, when it ran and how late that was; late only while no engine was up."""
    for step in session.execute(
        select(StepTaken.case_id, StepTaken.step, StepTaken.due_at, StepTaken.ran_at, StepTaken.late_ms)
    ):
        late = step.ran_at - step.due_at
        if late < timedelta() or abs(step.late_ms - int(late.total_seconds() * 1000)) > 1:
            yield (
                f"{step.step} was due at {step.due_at}, ran at {step.ran_at}, and says {step.late_ms} ms",
                step.case_id,
            )
        if late > PUNCTUAL and not nobody_looked(outages, step.due_at, step.ran_at):
            yield f"{step.step} was due at {step.due_at} and ran at {step.ran_at}", step.case_id


def steps_are_taken_in_order_and_once(session: Session, _house: House, _outages: Sequence[Outage]) -> Found:
    """Nothing is skipped: of every ladder turn after turn, also after the engine was down; folded turns are counted."""
    taken = defaultdict(list)
    for row in session.execute(
        select(StepTaken.case_id, StepTaken.climb, StepTaken.step, StepTaken.missed, StepTaken.ran_at).order_by(
            StepTaken.ran_at, StepTaken.due_at
        )
    ):
        ladder, index, turn = row.step.split(".")
        taken[row.case_id, row.climb, ladder, index].append((int(turn), row.missed))
    for (case_id, _climb, ladder, index), turns in taken.items():
        expected = 0
        for turn, missed in turns:
            if turn - missed != expected:
                yield f"{ladder}.{index}: turn {expected} was skipped", case_id
            expected = turn + 1


def every_page_came_to_an_end(session: Session, house: House, _outages: Sequence[Outage]) -> Found:
    """Whatever was handed to the carrier says when it was accepted; nothing hangs."""
    old = house.now - timedelta(hours=6)
    for page in session.scalars(
        select(Notification).where(Notification.state.in_(("pending", "sending")), Notification.queued_at < old)
    ):
        yield f"a page by {page.channel} of {page.queued_at} is still {page.state}", page.case_id or ""


def called_without_leave(session: Session, *, since: datetime) -> Found:
    """Every call to somebody outside from then on had a permission for that channel and that hour.

    To be asked soon: what they allowed is forgotten with their numbers, ninety days after the case is closed.
    """
    for case_id, at in session.execute(_CALLED.where(LegFact.at >= since)).all():
        case = session.get_one(Case, case_id)
        joined = session.scalars(select(Case).join(Join, Join.case_id == Case.id).where(Join.into_id == case_id)).all()
        wishes = [wish for one in (case, *joined) for wish in one.wishes]
        if not may_contact(wishes, "call", local=at.astimezone(STOCKHOLM)):
            yield f"somebody was called at {at}, and had not allowed it", case_id


def nobody_outside_is_sought_in_secret(session: Session, house: House, _outages: Sequence[Outage]) -> Found:
    """Every call to somebody outside is in the rows, and nobody was texted."""
    called = session.scalar(select(func.count()).select_from(_CALLED.subquery())) or 0
    if house.sought > called:
        yield f"{house.sought} calls and texts to people outside, and {called} are in the rows", ""


_CALLED: Final = (
    select(Bridge.case_id, LegFact.at)
    .join(Leg, Leg.bridge_id == Bridge.id)
    .join(LegFact, LegFact.leg_id == Leg.id)
    .where(Leg.role == Role.PERSON, LegFact.what == What.CALLED, Bridge.approach_id.is_(None))
)


AT_THE_END: Final[tuple[Promise, ...]] = (
    the_clock_runs_a_day,
    every_approach_counts_once,
    only_two_way_contact_stops_the_clock,
    a_breach_is_a_fact_at_its_moment,
    late_means_measured,
    steps_are_taken_in_order_and_once,
    every_page_came_to_an_end,
    nobody_outside_is_sought_in_secret,
)


def nobody_looked(outages: Sequence[Outage], since: datetime, until: datetime) -> bool:
    """Whether no engine was there at the due moment, and the step ran as soon as one was back; or whoever called then
    had reached the carrier and not us, and was found in its records."""
    return any(
        one.what == "the engine is down" and one.starts <= since + PUNCTUAL and until <= one.ends + PUNCTUAL
        for one in outages
    ) or any(one.what == "our servers cannot be reached" and one.explains(since, until) for one in outages)
