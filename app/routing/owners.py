"""Who owns a route: the unit at the desk, or whoever takes what that unit declined. Never nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import RouteKind, Task
from app.routing.answers import Answers
from app.routing.routes import Decline, Reason


class Owner(NamedTuple):
    """A unit by its id, and what is to be said of how it came to be asked."""

    unit: str
    reasons: tuple[Reason, ...] = ()


def owner(kind: RouteKind, task: Task, answers: Answers, standing: Standing, declined: tuple[Decline, ...]) -> Owner:
    """The first in line that has not declined this route; when all have, the last one, who cannot."""
    said_no = {decline.unit for decline in declined if decline.route == kind}
    line = list(_line(at_desk(task, answers, standing), standing))
    willing = next((unit for unit in line if unit not in said_no), line[-1])
    passed = line[: line.index(willing)]
    reasons = [Reason(key="owner.declined", values={"unit": unit}) for unit in passed]
    if willing in said_no:
        reasons.append(Reason(key="owner.cannot_decline", values={"unit": willing}))
    return Owner(willing, tuple(reasons))


def at_desk(task: Task, answers: Answers, standing: Standing) -> str:
    """The unit for a task where the person belongs; else their social services, else whoever coordinates."""
    district = standing.district(answers.belongs)
    wanted = _for_their_age(task, answers)
    for each in (wanted, social_services(answers), Task.COORDINATION):
        if unit := standing.desk(each, district):
            return unit
    return standing.knowledge.municipality.last


def social_services(answers: Answers) -> Task:
    """Children's or adults' unit: the district answers for children, whatever else is going on (B16)."""
    return Task.CHILDREN if answers.age.is_a_child else Task.ADULTS


def _for_their_age(task: Task, answers: Answers) -> Task:
    return social_services(answers) if task == Task.ADULTS else task


def _line(unit: str | None, standing: Standing) -> Iterator[str]:
    """The unit, then whoever takes what each declines, then the last, each once."""
    seen: set[str] = set()
    last = standing.knowledge.municipality.last
    while unit is not None and unit != last and unit not in seen:
        seen.add(unit)
        yield unit
        following = standing.knowledge.unit[unit].otherwise
        unit = standing.unit(following) if following else None
    yield last
