"""The template for follow-up as a form: every area with the same answers and the same reasons for not asking. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from app.console.dossier import fields
from app.console.dossier.fields import Mistakes, Posted
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import OutcomeOf
from app.routing.answers import NOT_YET, Asked
from app.routing.indicators import FollowedUp, Moment

_AREA: Final = "area."
"""Before the id of an area, in the name of its field."""


def read(posted: Posted, standing: Standing) -> tuple[FollowedUp | None, Mistakes]:
    """The form as it was filled in, or what is wrong with it, each mistake by its field."""
    moment, on = fields.one_of(posted, "moment", Moment), fields.day(posted.get("on", ""))
    wrong = dict(_mistakes(posted, standing, moment, on))
    if wrong or moment is None or on is None:
        return None, wrong
    said = {area: fields.asked(posted, _AREA + area) for area in standing.indicators}
    ended = posted.get("ended") or None
    version = standing.knowledge.municipality.version
    return FollowedUp(knowledge=version, moment=moment, on=on, ended=ended, said=said), {}


def typed(followed: FollowedUp | None, said: Mapping[str, Asked]) -> dict[str, str]:
    """What stands in each field: the answers, and the moment they are of; none is chosen beforehand."""
    answers = {_AREA + area: fields.asked_typed(asked) for area, asked in said.items()}
    if followed is None:
        return answers
    return {**answers, "moment": followed.moment.value, "on": str(followed.on), "ended": followed.ended or ""}


def _mistakes(posted: Posted, standing: Standing, moment: Moment | None, on: date | None) -> Iterator[tuple[str, str]]:
    if not standing.indicators:
        yield "moment", "mistake.no_areas"
    elif moment is None:
        yield "moment", "mistake.moment"
    if on is None:
        yield "on", "mistake.day"
    elif on > standing.on:
        yield "on", "mistake.not_yet"
    ended = posted.get("ended", "")
    if ended and ended not in standing.outcomes(OutcomeOf.PROGRAMME):
        yield "ended", "mistake.choose"
    elif ended and moment == Moment.IN:
        yield "ended", "mistake.ended"
    for area in standing.indicators:
        if posted.get(_AREA + area, fields.asked_typed(NOT_YET)) not in fields.ANSWERS:
            yield _AREA + area, "mistake.answer"
