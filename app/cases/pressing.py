"""What a board asks: of everything open, the most pressing, and how much there is besides.

It is one question for a page of ids and one for the counts, however many cases there are; only the cases that are
shown are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.cases.breaches import Breach
from app.cases.bridges import Bridge
from app.cases.canaries import MARK, Canary
from app.cases.co_handling import CoHandling, not_ended, was_beside_a_holder
from app.cases.doubts import Doubt
from app.cases.exclusions import Exclusion
from app.cases.facts import Approach, Assignment, Closure, Connection, Danger, FirstContact, Hold, Join
from app.cases.models import Case
from app.cases.queries import closed, held, reached
from app.cases.together import a_machine, together, was_reached

SHOWN: Final = 25
"""Cases of one part on one page."""


class Part(StrEnum):
    """The parts of a board, in the order they stand on it. Each open case is in one of them."""

    RUNNING = "running"
    DOUBTFUL = "doubtful"
    REACHED = "reached"
    CANARIES = "canaries"


_MADE_BY: Final[Mapping[Part, Any]] = {
    Part.DOUBTFUL: Doubt,
    Part.REACHED: FirstContact,
    Part.CANARIES: Canary,
}
"""Without which row no case is in that part."""


def is_in(part: Part, *, at: datetime) -> ColumnElement[bool]:
    """Whether a case is in that part. Who took a doubtful one, a danger and a broken promise lift it among the others.

    Said in terms that a database can weigh: to compare a `CASE` with a word looked so rare to PostgreSQL that it read
    every open case rather than go by the index until a page was full.
    """
    is_ours = Case.reference.startswith(MARK)
    is_doubtful = and_(_has(Doubt), ~held(), ~_has(Danger), ~_has(Breach), Case.due_at > at)
    match part:
        case Part.CANARIES:
            return is_ours
        case Part.REACHED:
            return and_(~is_ours, reached())
        case Part.DOUBTFUL:
            return and_(~is_ours, ~reached(), is_doubtful)
        case Part.RUNNING:
            return and_(~is_ours, ~reached(), ~is_doubtful)


def theirs(person_id: str) -> ColumnElement[bool]:
    """Whether a handler's board shows it: it is theirs, it waits, or they had its person on the line.

    Of the reached ones it may be one too many, whose last keeper is still there: the case itself says so.
    """
    was_theirs = exists().where(Assignment.case_id == Case.id, Assignment.person_id == person_id)
    reached_by_them = exists().where(
        FirstContact.case_id == Case.id, FirstContact.by_id == person_id, ~was_beside_a_holder()
    )
    they_hold = exists().where(Hold.case_id == Case.id, Hold.person_id == person_id, Hold.released_at.is_(None))
    waits = and_(~reached(), or_(~held(), Case.id.in_(_spoken_in(person_id))))
    beside = exists().where(CoHandling.case_id == Case.id, CoHandling.person_id == person_id, not_ended())
    return or_(waits, they_hold, reached_by_them, beside, and_(reached(), was_theirs))


def not_shut_to(person_id: str) -> ColumnElement[bool]:
    """Whether it is open, and they are not excluded from it."""
    return and_(~closed(), ~exists().where(Exclusion.case_id == Case.id, Exclusion.person_id == person_id))


def counts(session: Session, person_id: str, which: ColumnElement[bool] | None, *, at: datetime) -> dict[str, int]:
    """How many open cases of each part there are for somebody; and `elsewhere`, those that `which` leaves out.

    Nearly all open cases run, so that they are what is left when the others are taken away: those are found by the
    rows that make them others, and nothing is asked about each case there is.
    """
    shown = not_shut_to(person_id) if which is None else and_(not_shut_to(person_id), which)
    asked = {
        part.value: _count(Case.id.in_(select(fact.case_id)), shown, is_in(part, at=at))
        for part, fact in _MADE_BY.items()
    }
    taken = select(FirstContact.case_id).union(select(Hold.case_id).where(Hold.released_at.is_(None)))
    left_out = false() if which is None else and_(Case.id.in_(taken), not_shut_to(person_id), ~which)
    asked |= {"elsewhere": _count(left_out), "shut": _count(_shut_to(person_id)), "all": _count(true())}
    found = dict(zip(asked, session.execute(select(*asked.values())).one(), strict=True))
    found[Part.RUNNING.value] = 2 * found["all"] - sum(found.values())
    return {name: count for name, count in found.items() if name not in ("all", "shut")}


def most_pressing(
    session: Session, person_id: str, which: ColumnElement[bool] | None, part: Part, *, at: datetime, page: int = 0
) -> Sequence[str]:
    """The ids of one page of a part: those in danger first, then by the time that is left."""
    mine = not_shut_to(person_id) if which is None else and_(not_shut_to(person_id), which)
    of_this_part = select(Case.id).where(mine, is_in(part, at=at)).order_by(Case.due_at, Case.id)
    if page:
        rest = of_this_part.order_by(None).order_by(~_has(Danger), Case.due_at, Case.id)
        return session.scalars(rest.limit(SHOWN).offset(page * SHOWN)).all()
    acute = session.scalars(of_this_part.where(Case.id.in_(select(Danger.case_id))).limit(SHOWN)).all()
    others = of_this_part.where(~_has(Danger)).limit(SHOWN - len(acute))  # by the index, and no further than it must
    return [*acute, *session.scalars(others)]


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(Case.id)).where(*which).scalar_subquery()


def _shut_to(person_id: str) -> ColumnElement[bool]:
    """The opposite of `not_shut_to`, found by the rows that shut them."""
    excluded = select(Exclusion.case_id).where(Exclusion.person_id == person_id)
    return Case.id.in_(select(Closure.case_id).union(select(Join.case_id), excluded))


def _has(fact: Any) -> ColumnElement[bool]:
    return exists().where(fact.case_id == Case.id)


def _spoken_in(person_id: str) -> Select[Any]:
    """The ids of cases whose person they had on the line, and of those that these joined."""
    answered = select(Approach.case_id).join(Connection, Connection.approach_id == Approach.id)
    in_a_room = together(person_id).where(~a_machine() | was_reached()).with_only_columns(Bridge.case_id)
    either = answered.where(Connection.person_id == person_id).union(in_a_room).subquery()
    spoken = select(either.c.case_id).cte("spoken", recursive=True)
    spoken = spoken.union(select(Join.into_id).join(spoken, Join.case_id == spoken.c.case_id))
    return select(spoken.c.case_id)
