"""Which group of each sealed table a request is in, by what was said in its screening and decided on it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from app.programme.knowledge_words import RouteKind
from app.routing.answers import Age, Answers, Gender, Word
from app.statistics.tables import NO_DISTRICT

_LONGEST: Final = 24
"""Characters of a group's name. Districts that begin with the same ones are told of together."""

_AGES: Final = (("under_18", 0, 17), ("from_18", 18, 20), ("from_21", 21, 29), ("from_30", 30, 120))
_NEITHER: Final = (Gender.OTHER, Gender.UNKNOWN)
_PROGRAMMES: Final = (RouteKind.CENTRAL, RouteKind.LOCAL, RouteKind.SIG)


def districts_of(ids: Collection[str]) -> tuple[str, ...]:
    """Every group that the table of districts has, in a city with these."""
    return (*NO_DISTRICT, *sorted(set(map(district_group, ids))))


def district_group(district: str) -> str:
    """The group of one district."""
    return district[:_LONGEST]


def groups_of(
    known: Answers | None, route: RouteKind | None, districts: Collection[str], *, soon: bool
) -> Mapping[str, str]:
    """The group of each table that tells of this request.

    `known` is None when no screening began; `route` leads in the latest decision, None when there is none; `districts`
    are the groups that there are; `soon`: contact came within six hours.
    """
    when = "soon" if soon else "later"
    if known is None:
        return {"screening": "not_begun", "contact_by_gender": f"not_begun.{when}"}
    who = "woman" if known.gender == Gender.WOMAN else "others"
    asked = _asked(known)
    return {
        "screening": "begun",
        "gender": f"gender_{known.gender}" if known.gender in _NEITHER else known.gender.value,
        "age_band": _age_band(known.age),
        "district": _district(known.belongs, districts),
        "route": _route(route),
        "asked": asked,
        "screening_by_gender": f"{who}.{'asked' if asked == 'asked_all' else 'not_asked'}",
        "contact_by_gender": f"{who}.{when}",
        "route_by_gender": f"{who}.{'programme' if route in _PROGRAMMES else 'no_programme'}",
    }


def _age_band(age: Age) -> str:
    return next((name for name, first, last in _AGES if age.within(first, last)), "age_unknown")


def _district(belongs: str | None, districts: Collection[str]) -> str:
    group = district_group(belongs or "")
    return group if group in districts else "district_unknown"


def _route(route: RouteKind | None) -> str:
    if route is None:
        return "route_none"
    return f"route_{route.value}" if route in _PROGRAMMES else "route_other"


def _asked(known: Answers) -> str:
    """The three questions that are put to everybody alike (domain.md D1); declining to answer is having been asked."""
    three = (known.violence_exposed, known.violence_perpetrated, known.criminality)
    return "not_all" if any(question.word == Word.NOT_ASKED for question in three) else "asked_all"
