"""Residents of a town, one by one, and what is told of them together in one span: worked out from the definitions of
the tables, without a database, so that thousands of towns can be tried."""

from __future__ import annotations

import random  # noqa: TID251 - towns that are the same each time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from app.cases.facts import ROLES
from app.programme.knowledge_words import RouteKind
from app.routing.answers import NOT_YET, Answers, Asked, Gender, Word
from app.statistics.screened import groups_of
from app.statistics.suppression import Mark, Table, suppressed
from app.statistics.tables import KINDS, Kind

BANDS: Final = {"within_1h": 0.5, "within_6h": 3, "in_good_time": 12, "near_miss": 21, "nobody": None, "late": 30}
"""How many hours it took until somebody was in contact."""

ROUTES: Final = (None, RouteKind.LOCAL, RouteKind.SIG, RouteKind.CENTRAL, RouteKind.NEEDS)
_BESIDE: Final = {table for kind in KINDS.values() for table, _ in kind.beside}
ALL: Final = {name: kind for name, kind in KINDS.items() if kind.crosses or name in _BESIDE | {"role", "screening"}}
"""Every crossing, and the tables that have its sums."""


class Resident(NamedTuple):
    """Somebody who asked for help."""

    band: str = "within_1h"
    begun: bool = True
    gender: Gender = Gender.MAN
    asked: bool = True
    route: RouteKind | None = None
    role: str = "self"


People = Mapping[Resident, int]


@cache
def groups(one: Resident) -> Mapping[str, str]:
    """The group that they are in, of each table that tells of them."""
    three = Asked(word=Word.NO) if one.asked else NOT_YET
    answers = Answers(gender=one.gender, violence_exposed=three, violence_perpetrated=three, criminality=three)
    soon = one.band in ("within_1h", "within_6h")
    screened = groups_of(answers if one.begun else None, one.route, (), soon=soon)
    in_time = f"{one.role}.{'late' if one.band == 'late' else 'in_time'}"
    everywhere = {"first_contact": one.band, "role": one.role, "role_in_time": in_time, **screened}
    return {name: everywhere[name] for name in ALL if name in everywhere}


def tables_of(kinds: Collection[Resident]) -> Mapping[str, Kind]:
    """The tables of a town in which there are only these kinds of residents: the groups that are nobody's are left out,
    and so is a crossing one of whose sums is nobody's."""
    own = {(name, group) for one in kinds for name, group in groups(one).items()}
    found = {name: replace(KINDS[name], groups=_of(name, own)) for name in ALL}
    return {name: kind for name, kind in found.items() if own.issuperset(kind.beside)}


def counted(people: People, tables: Mapping[str, Kind] = ALL) -> Mapping[str, Mapping[str, int]]:
    """How many are in each group of each table, told or not."""
    found: Counter[tuple[str, str]] = Counter()
    for one, number in people.items():
        for each in groups(one).items():
            found[each] += number
    return {name: {group: found[name, group] for group in kind.groups} for name, kind in tables.items()}


def told_of(people: People, *, threshold: int, tables: Mapping[str, Kind] = ALL) -> dict[str, Table]:
    """Every table that may be told of them, by name."""
    told: dict[str, Table] = {}
    for name, counts in counted(people, tables).items():
        kind = tables[name]
        needed = (*([kind.within] if kind.within else []), *kind.beside)
        if not all(table in told and told[table].cell(group).mark is Mark.SHOWN for table, group in needed):
            continue
        if sum(counts.values()) >= threshold and (not kind.crosses or min(counts.values()) >= threshold):
            told[name] = suppressed(counts, threshold=threshold)
    return told


def _of(name: str, own: Collection[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(group for group in KINDS[name].groups if (name, group) in own)


def somebody(dice: random.Random, genders: Sequence[float]) -> Resident:
    """Anybody, as residents of a town with so many women, men and others are."""
    return Resident(
        band=dice.choices([*BANDS], (9, 6, 5, 2, 3, 3))[0],
        begun=dice.random() < 0.8,
        gender=dice.choices([*Gender], genders)[0],
        asked=dice.random() < 0.7,
        route=dice.choices(ROUTES, (6, 3, 2, 2, 4))[0],
        role=dice.choices(ROLES, (5, 3, 2, 2))[0],
    )
