"""What is sealed, its crossings and what else is told of the same requests, against somebody who knows the rules."""

from __future__ import annotations

import random  # noqa: TID251 - towns that are the same each time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from sqlalchemy import select

from app.programme.knowledge_words import RouteKind
from app.routing.answers import Gender
from app.statistics import sealed
from app.statistics.models import Edition
from app.statistics.sealed import Tally
from app.statistics.suppression import Table
from app.statistics.tables import KINDS, Kind
from tests.desk import office, session
from tests.statistics.attacker import populations
from tests.statistics.residents import ALL, BANDS, People, Resident, counted, groups, somebody, tables_of, told_of
from tests.statistics.test_attacks import ATTACKS
from tests.statistics.town import DAY, JANUARY, Town, town

__all__ = ["office", "session", "town"]

TWO, THRESHOLD = 2, 5
TRIES, A_DETOUR = 20_000, 0.02
"""How often another town is sought behind one publication, and how often one that is no nearer."""

GENDERS = (Gender.WOMAN, Gender.MAN)
TOWNS = {
    "screening_by_gender": (
        11,
        [Resident(gender=gender, asked=asked) for gender in (*GENDERS, Gender.OTHER) for asked in (True, False)],
    ),
    "contact_by_gender": (
        10,
        [Resident(gender=gender, band=band) for gender in GENDERS for band in ("within_1h", "within_6h", "late")],
    ),
    "route_by_gender": (
        10,
        [
            Resident(gender=gender, route=route)
            for gender in GENDERS
            for route in (None, RouteKind.NEEDS, RouteKind.SIG)
        ],
    ),
}
"""For each crossing: how many there are at most in its town, and of which kinds."""

if ATTACKS > 100:
    both = [
        Resident(gender=gender, asked=asked, band=band)
        for gender, asked, band in product(GENDERS, (True, False), ("within_1h", "within_6h"))
    ]
    begun_or_not = [Resident(begun=False), *TOWNS["screening_by_gender"][1]]
    TOWNS |= {"screening_by_gender of both bands": (11, both), "screening_by_gender, if begun": (11, begun_or_not)}


@pytest.mark.parametrize("name", TOWNS)
def test_whoever_tries_every_town_learns_of_no_few_from_a_crossing_that_is_told_or_is_not(name: str):
    """Of which the same would be told: each number of few may have been another, in whatever table it is."""
    most, kinds = TOWNS[name]
    tables, possible, has_crossed = tables_of(kinds), {}, False
    for numbers in populations(len(kinds), most):
        people = dict(zip(kinds, numbers, strict=True))
        secrets, told = _secrets(people, tables), told_of(people, threshold=TWO, tables=tables)
        has_crossed |= name.split(maxsplit=1)[0].strip(",") in told
        seen, _ = possible.setdefault(tuple(told.items()), ([set() for _ in secrets], sum(numbers)))
        for values, number in zip(seen, secrets, strict=True):
            values.add(number)
    assert has_crossed
    for told, (secrets, many) in possible.items():
        if TWO <= many <= most - TWO:  # else too few came for any table, or the town's end gives it away
            assert all(len(values) >= TWO or min(values) >= TWO for values in secrets), told


@pytest.mark.parametrize("seed", range(max(ATTACKS, 8)))
def test_behind_what_is_told_of_a_crossing_every_few_may_be_any_other_number_of_few(seed: int):
    """From one town to another, by changing one resident or exchanging what two of them said, as long as all that is
    told stays as it is: each number that is hidden and small takes as many values as the words allow."""
    dice = random.Random(seed)
    people = _residents(dice, (45, 90, 180, 300)[seed % 4], few_men=seed % 8 > 3)
    told = told_of(Counter(people), threshold=THRESHOLD)
    for name, counts in counted(Counter(people)).items():
        for group, number in counts.items():
            if number < THRESHOLD:
                least = min(_toward(people, told, name, group, -1, dice))
                most = max(_toward(people, told, name, group, least + THRESHOLD - 1 - number, dice))
                assert most - least >= THRESHOLD - 1, f"{name}: {group}, from {least} to {most}"


@pytest.mark.parametrize("seed", range(max(ATTACKS, 3)))
def test_what_these_attacks_hold_for_told_is_what_is_told(town: Town, seed: int):
    dice = random.Random(seed)
    people = _residents(dice, (45, 140, 400)[seed % 3], few_men=False)
    town.history([(JANUARY + DAY, _as_asked(one)) for one in people])
    town.publish()
    counts = counted(Counter(people))
    begun = dict.fromkeys(("age_unknown", "district_unknown"), counts["screening"]["begun"])
    every = {name: kind.groups or ("district_unknown",) for name, kind in KINDS.items() if kind.is_sealed}
    learnt = {name: counts.get(name, {group: begun.get(group, 0) for group in every[name]}) for name in every}
    sealed.learn(town.session, [Tally("2026-01", learnt)])
    town.publish()
    editions = town.session.scalars(select(Edition).where(Edition.table_name.in_(ALL)))
    assert {one.table_name: one.table for one in editions} == told_of(Counter(people), threshold=THRESHOLD)


def _residents(dice: random.Random, many: int, *, few_men: bool) -> list[Resident]:
    genders = (many, 6, many / 3, many / 3) if few_men else (5, 9, 1, 1)
    return [somebody(dice, genders) for _ in range(many)]


def _as_asked(one: Resident) -> dict[str, object]:
    return {"role": one.role, "hours": BANDS[one.band], "code": "silent_call" if one.band == "nobody" else None}


def _secrets(people: People, tables: Mapping[str, Kind]) -> list[int]:
    return [number for counts in counted(people, tables).values() for number in counts.values()]


def _toward(
    people: Sequence[Resident], told: Mapping[str, Table], name: str, group: str, more: int, dice: random.Random
) -> Iterator[int]:
    """How many are in a group, in this town and in others of which exactly the same is told, each one nearer to having
    so many more; fewer, when less than none."""
    here, number = [*people], sum(groups(one).get(name) == group for one in people)
    wanted = number + more if more > 0 else 0
    yield number
    for _ in range(TRIES):
        if number == wanted:
            return
        there, one, other = [*here], dice.randrange(len(here)), dice.randrange(len(here))
        what = dice.choice(Resident._fields)
        there[one] = here[one]._replace(**{what: getattr(here[other], what)})
        if dice.random() < 0.5:
            there[other] = here[other]._replace(**{what: getattr(here[one], what)})
        change = sum(
            (groups(now).get(name) == group) - (groups(then).get(name) == group)
            for then, now in ((here[one], there[one]), (here[other], there[other]))
        )
        nearer = abs(number + change - wanted) - abs(number - wanted)
        is_worth_it = nearer < 0 or (nearer == 0 and dice.random() < A_DETOUR)
        if is_worth_it and told_of(Counter(there), threshold=THRESHOLD) == told:
            here, number = there, number + change
            yield number
