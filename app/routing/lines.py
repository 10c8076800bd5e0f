"""Who is asked for a route, and who is next when they say no, until somebody cannot. Pure."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.programme.knowledge import Knowledge
from app.programme.knowledge_words import RouteKind
from app.routing.answers import Answers
from app.routing.proposals import propose
from app.routing.routes import Decline, Route

LONGEST: Final = 50
"""More units than any line has; a longer one would be a mistake in the city's knowledge."""


def line_of(route: Route, answers: Answers, knowledge: Knowledge, *, on: date) -> tuple[str, ...]:
    """The units, by id, in the order in which they are asked, each once; the last is the one that cannot decline.

    A decline is proposed upon as any other fact: what the central programme declines goes on as a local route (B7).
    """
    line, declined = [route.owner], [Decline(route=route.kind, unit=route.owner)]
    while line[-1] != knowledge.municipality.last and len(line) < LONGEST:
        following = _following(route, propose(answers, knowledge, on=on, declined=declined))
        if following.owner not in line:
            line.append(following.owner)
        declined.append(Decline(route=following.kind, unit=following.owner))
        route = following
    return tuple(line)


def _following(route: Route, proposed: tuple[Route, ...]) -> Route:
    """The same route by its next owner; one that is not proposed any more goes on as a local one, or as everybody's."""
    same = [each for each in proposed if (each.kind, each.task) == (route.kind, route.task)]
    local = [each for each in proposed if each.kind == RouteKind.LOCAL]
    everybodys = [each for each in proposed if each.kind == RouteKind.ASSESSMENT]
    return (same or local or everybodys)[0]
