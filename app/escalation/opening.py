"""The first escalation of a case: written in the transaction that opens it, with the programme's ladders frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from app import nudge, rows
from app.cases.doubts import someone_is_awake
from app.cases.facts import Hold
from app.cases.models import Case
from app.cases.queries import awaiting, locked
from app.escalation import targets
from app.escalation.models import Escalation
from app.escalation.policy import Ladder, Policy, Step, to_json
from app.programme.apply import current
from app.programme.schema import Routine, UncontactedStep, UntakenStep
from app.staff.models import Person


def begin(session: Session, case: Case, routine: Routine, *, at: datetime, entered_at: datetime | None = None) -> None:
    """Start a case's ladders and name who is responsible. Counted from the case's opening, also when begun late.

    What came another way and was `entered_at` this moment could be taken by nobody before: its untaken ladder counts
    from then, its deadline from when it came (decision 0043).

    What a machine may have sent waits for the morning (`app/cases/doubts.py`); its deadline does not.
    """
    rows.write_unseen(
        session,
        Escalation,
        case_id=case.id,
        policy=_written_for_a_canary(routine) if case.is_canary else _written(routine),
        ladder=Ladder.ACUTE if case.danger else Ladder.UNTAKEN,
        counts_from=entered_at or _paged_from(session, case),
        entered_at=entered_at,
        next_at=at,
    )
    nudge.wanted(session)
    responsible = targets.first_in_line(session, at=at)
    if responsible:
        case.begin_with(responsible, at=at)


def _paged_from(session: Session, case: Case) -> datetime:
    """At once; but what a machine may have sent wakes nobody, unless it says that a life is in danger."""
    if case.doubt is None or case.danger:
        return case.opened_at
    return someone_is_awake(case.opened_at, current(session).zone, until=case.due_at)


def orphans(session: Session, *, opened_since: datetime | None = None) -> Sequence[str]:
    """The waiting cases that have no escalation, by id. There should be none."""
    found = awaiting().with_only_columns(Case.id).where(~exists().where(Escalation.case_id == Case.id))
    if opened_since:
        found = found.where(Case.opened_at >= opened_since)
    return session.scalars(found).all()


def adopt(session: Session, routine: Routine, *, at: datetime, opened_since: datetime | None = None) -> int:
    """Begin for every orphan, and say how many. A safety net: another engine may be at it, so each is locked first."""
    begun = 0
    for case_id in orphans(session, opened_since=opened_since):
        case = locked(session, case_id)
        if session.get(Escalation, case_id, populate_existing=True) is None:
            begin(session, case, routine, at=at)
            begun += 1
    return begun


def wake_deserted(session: Session, *, at: datetime) -> None:
    """Let the engine look now at cases whose holder has left the staff, and not when the grace would be over."""
    deserted = select(Hold.case_id).join(Hold.person).where(Hold.released_at.is_(None), Person.left_at.is_not(None))
    asleep = Escalation.case_id.in_(deserted), Escalation.next_at > at
    session.execute(update(Escalation).where(*asleep).values(next_at=at))
    nudge.wanted(session)


def frozen(routine: Routine) -> Policy:
    """The programme's ladders as they are at this moment."""
    return Policy(
        untaken=tuple(map(_counted_from_start, routine.untaken)),
        acute=tuple(map(_counted_from_start, routine.acute)),
        uncontacted=tuple(map(_counted_from_deadline, routine.uncontacted)),
        grace=routine.take_grace,
    )


def for_a_canary(routine: Routine) -> Policy:
    """The first step of the ladder, to whoever is on call and once: nobody else is woken to see that the line works."""
    first = min(map(_counted_from_start, routine.untaken), key=lambda step: step.after)
    step = (replace(first, page=("on-call",), repeat=None),)
    return Policy(untaken=step, acute=step, uncontacted=(), grace=routine.take_grace, canary=True)


@lru_cache(maxsize=8)
def _written_for_a_canary(routine: Routine) -> str:
    return to_json(for_a_canary(routine))


@lru_cache(maxsize=8)
def _written(routine: Routine) -> str:
    return to_json(frozen(routine))


def escalation_of(session: Session, case: Case) -> Escalation:
    """The case's escalation row, as fresh as the lock on the case."""
    return session.scalars(_OF_CASE, {"case": case.id}).one()


_OF_CASE: Final = (
    select(Escalation).where(Escalation.case_id == bindparam("case")).execution_options(populate_existing=True)
)


def _counted_from_start(step: UntakenStep) -> Step:
    return Step(after=step.after, page=tuple(step.page), by=tuple(step.by), repeat=step.repeat)


def _counted_from_deadline(step: UncontactedStep) -> Step:
    return Step(after=-step.before, page=tuple(step.page), by=tuple(step.by), repeat=step.repeat)
