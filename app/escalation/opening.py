"""The first escalation of a case: written in the transaction that opens it, with the programme's ladders frozen."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app import rows
from app.cases.facts import Hold
from app.cases.models import Case
from app.cases.queries import awaiting
from app.escalation import targets
from app.escalation.models import Escalation
from app.escalation.policy import Ladder, Policy, Step, to_json
from app.programme.schema import Routine, UncontactedStep, UntakenStep
from app.staff.models import Person


def begin(session: Session, case: Case, routine: Routine, *, at: datetime) -> None:
    """Start a case's ladders and name who is responsible. Counted from the case's opening, also when begun late."""
    rows.write_unseen(
        session,
        Escalation,
        case_id=case.id,
        policy=_written(routine),
        ladder=Ladder.ACUTE if case.danger else Ladder.UNTAKEN,
        counts_from=case.opened_at,
        next_at=at,
    )
    responsible = targets.first_in_line(session, at=at)
    if responsible:
        case.begin_with(responsible, at=at)


def adopt(session: Session, routine: Routine, *, at: datetime) -> int:
    """Begin for every waiting case that has no escalation, and say how many. A safety net: there should be none."""
    orphans = session.scalars(awaiting().where(~exists().where(Escalation.case_id == Case.id))).all()
    for case in orphans:
        begin(session, case, routine, at=at)
    return len(orphans)


def wake_deserted(session: Session, *, at: datetime) -> None:
    """Let the engine look now at cases whose holder has left the staff, and not when the grace would be over."""
    deserted = select(Hold.case_id).join(Hold.person).where(Hold.released_at.is_(None), Person.left_at.is_not(None))
    asleep = Escalation.case_id.in_(deserted), Escalation.next_at > at
    session.execute(update(Escalation).where(*asleep).values(next_at=at))


def frozen(routine: Routine) -> Policy:
    """The programme's ladders as they are at this moment."""
    return Policy(
        untaken=tuple(map(_counted_from_start, routine.untaken)),
        acute=tuple(map(_counted_from_start, routine.acute)),
        uncontacted=tuple(map(_counted_from_deadline, routine.uncontacted)),
        grace=routine.take_grace,
    )


@lru_cache(maxsize=8)
def _written(routine: Routine) -> str:
    return to_json(frozen(routine))


def escalation_of(session: Session, case: Case) -> Escalation:
    """The case's escalation row, as fresh as the lock on the case."""
    return session.scalars(
        select(Escalation).where(Escalation.case_id == case.id).execution_options(populate_existing=True)
    ).one()


def _counted_from_start(step: UntakenStep) -> Step:
    return Step(after=step.after, page=tuple(step.page), by=tuple(step.by), repeat=step.repeat)


def _counted_from_deadline(step: UncontactedStep) -> Step:
    return Step(after=-step.before, page=tuple(step.page), by=tuple(step.by), repeat=step.repeat)
