"""What a board asks: of everything open, the most pressing, and how much there is besides.

It is one question for a page of ids and one for the counts, however many cases there are; only the cases that are
shown are loaded. The questions are written out once in the life of a process: that takes longer than to ask them, and
every board on every handler's telephone asks them again and again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
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

_READER: Final = bindparam("reader", type_=String())
_NOW: Final = bindparam("now", type_=Case.due_at.type)
_MOST: Final = bindparam("most", type_=Integer())
_PASSED: Final = bindparam("passed", type_=Integer())


def counts(session: Session, person_id: str, *, sees_all: bool, at: datetime) -> dict[str, int]:
    """How many open cases of each part there are for somebody; and `elsewhere`, those that their board leaves out
    unless they see all.

    Nearly all open cases run, so that they are what is left when the others are taken away: those are found by the
    rows that make them others, and nothing is asked about each case there is.
    """
    asked = _counting(sees_all=sees_all)
    found = dict(zip(_COUNTED, session.execute(asked, {"reader": person_id, "now": at}).one(), strict=True))
    found[Part.RUNNING.value] = 2 * found["all"] - sum(found.values())
    return {name: count for name, count in found.items() if name not in ("all", "shut")}


def most_pressing(
    session: Session, person_id: str, part: Part, *, sees_all: bool, at: datetime, page: int = 0
) -> Sequence[str]:
    """The ids of one page of a part: those in danger first, then by the time that is left."""
    acute, others, further = _listing(part, sees_all=sees_all)
    said = {"reader": person_id, "now": at}
    if page:
        return session.scalars(further, said | {"most": SHOWN, "passed": page * SHOWN}).all()
    first = session.scalars(acute, said | {"most": SHOWN}).all()
    return [*first, *session.scalars(others, said | {"most": SHOWN - len(first)})]


_COUNTED: Final = (*(part.value for part in _MADE_BY), "elsewhere", "shut", "all")


@cache
def _counting(*, sees_all: bool) -> Select[*tuple[Any, ...]]:
    """How many there are of what is `_COUNTED`."""
    shown = _shown(sees_all=sees_all)
    parts = [_count(Case.id.in_(select(fact.case_id)), shown, _is_in(part)) for part, fact in _MADE_BY.items()]
    taken = select(FirstContact.case_id).union(select(Hold.case_id).where(Hold.released_at.is_(None)))
    left_out = false() if sees_all else and_(Case.id.in_(taken), _not_shut(), ~_theirs())
    return select(*parts, _count(left_out), _count(_shut()), _count(true()))


@cache
def _listing(part: Part, *, sees_all: bool) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Ids of a part: of those in danger, of the others, and of all of them further down."""
    of_this_part = select(Case.id).where(_shown(sees_all=sees_all), _is_in(part))
    by_time = of_this_part.order_by(Case.due_at, Case.id).limit(_MOST)
    acute = by_time.where(Case.id.in_(select(Danger.case_id)))
    others = by_time.where(~_has(Danger))  # by the index, and no further than it must
    further = of_this_part.order_by(~_has(Danger), Case.due_at, Case.id).limit(_MOST).offset(_PASSED)
    return acute, others, further


def _is_in(part: Part) -> ColumnElement[bool]:
    """Whether a case is in that part. Who took a doubtful one, a danger and a broken promise lift it among the others.

    Said in terms that a database can weigh: to compare a `CASE` with a word looked so rare to PostgreSQL that it read
    every open case rather than go by the index until a page was full.
    """
    is_ours = Case.reference.startswith(MARK)
    is_doubtful = and_(_has(Doubt), ~held(), ~_has(Danger), ~_has(Breach), Case.due_at > _NOW)
    match part:
        case Part.CANARIES:
            return is_ours
        case Part.REACHED:
            return and_(~is_ours, reached())
        case Part.DOUBTFUL:
            return and_(~is_ours, ~reached(), is_doubtful)
        case Part.RUNNING:
            return and_(~is_ours, ~reached(), ~is_doubtful)


def _shown(*, sees_all: bool) -> ColumnElement[bool]:
    return _not_shut() if sees_all else and_(_not_shut(), _theirs())


@cache
def _theirs() -> ColumnElement[bool]:
    """Whether a handler's board shows it: it is theirs, it waits, or they had its person on the line.

    Of the reached ones it may be one too many, whose last keeper is still there: the case itself says so.
    """
    was_theirs = exists().where(Assignment.case_id == Case.id, Assignment.person_id == _READER)
    reached_by_them = exists().where(
        FirstContact.case_id == Case.id, FirstContact.by_id == _READER, ~was_beside_a_holder()
    )
    they_hold = exists().where(Hold.case_id == Case.id, Hold.person_id == _READER, Hold.released_at.is_(None))
    waits = and_(~reached(), or_(~held(), Case.id.in_(_spoken_in())))
    beside = exists().where(CoHandling.case_id == Case.id, CoHandling.person_id == _READER, not_ended())
    return or_(waits, they_hold, reached_by_them, beside, and_(reached(), was_theirs))


def _not_shut() -> ColumnElement[bool]:
    """Whether it is open, and the reader is not excluded from it."""
    return and_(~closed(), ~exists().where(Exclusion.case_id == Case.id, Exclusion.person_id == _READER))


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(Case.id)).where(*which).scalar_subquery()


def _shut() -> ColumnElement[bool]:
    """The opposite of `_not_shut`, found by the rows that shut them."""
    excluded = select(Exclusion.case_id).where(Exclusion.person_id == _READER)
    return Case.id.in_(select(Closure.case_id).union(select(Join.case_id), excluded))


def _has(fact: Any) -> ColumnElement[bool]:
    return exists().where(fact.case_id == Case.id)


def _spoken_in() -> Select[Any]:
    """The ids of cases whose person the reader had on the line, and of those that these joined."""
    answered = select(Approach.case_id).join(Connection, Connection.approach_id == Approach.id)
    in_a_room = together(_READER).where(~a_machine() | was_reached()).with_only_columns(Bridge.case_id)
    either = answered.where(Connection.person_id == _READER).union(in_a_room).subquery()
    spoken = select(either.c.case_id).cte("spoken", recursive=True)
    spoken = spoken.union(select(Join.into_id).join(spoken, Join.case_id == spoken.c.case_id))
    return select(spoken.c.case_id)
