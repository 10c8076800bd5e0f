"""What is to be done for people by today, by reference and day: for whoever works on the case, and once its day is over
for whoever coordinates. What it is stays sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.facts import Closure
from app.cases.models import Case
from app.console.doors import SignedIn
from app.console.sight import keeps
from app.console.times import Times
from app.routing import incidents, places, to_dos
from app.routing.collision_models import MeetingPlace


@dataclass(frozen=True)
class Due:
    """A task of an open case. `late`: its day is over."""

    reference: str
    day: date
    late: bool
    whose: str
    """Who has the case, by alias; empty: nobody."""


@dataclass(frozen=True)
class Shut:
    """A meeting place that is shut, and how many meetings lie ahead there."""

    place: MeetingPlace
    ahead: int


def due_now(session: Session, who: SignedIn, times: Times) -> Sequence[Due]:
    """What is due by today in the cases that somebody works on, the longest waiting first."""
    return [*_due(session, times, until=_today(times), shown=lambda case: keeps(case, who))]


def overdue(session: Session, person_id: str, times: Times) -> Sequence[Due]:
    """What should have been done before today, but for cases that the reader is excluded from."""
    until = _today(times) - timedelta(days=1)
    return [*_due(session, times, until=until, shown=lambda case: not case.excludes(person_id))]


def shut_places(session: Session, times: Times) -> Sequence[Shut]:
    """The places in use that are shut, with what is booked there."""
    shut = incidents.shut_places(session)
    found = [place for place in places.register(session) if place.id in shut]
    return [Shut(place, len(incidents.meetings_there(session, place, at=times.now))) for place in found]


def _due(session: Session, times: Times, *, until: date, shown: Callable[[Case], bool]) -> Iterator[Due]:
    tasks = to_dos.open_tasks(session, by_day=until, but_for=select(Closure.case_id))
    cases = _whole(session, {task.case_id for task in tasks})
    for task in tasks:
        case = cases[task.case_id]
        if not case.closure and shown(case):
            yield Due(case.reference, task.due, task.due < _today(times), _whose(case))


def _whole(session: Session, ids: set[str]) -> Mapping[str, Case]:
    """Each case, or the one it goes on as part of, by its own id."""
    found = {case.id: case for case in queries.as_listed(session, sorted(ids))}
    return {id_: queries.that_goes_on(session, case) for id_, case in found.items()}


def _whose(case: Case) -> str:
    holder = case.hold.person if case.hold else case.reached_by
    return holder.alias if holder else ""


def _today(times: Times) -> date:
    return times.now.astimezone(times.zone).date()
