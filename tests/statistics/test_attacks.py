"""All tables of all months at once, against somebody who knows the rules. `ATTACKS=500 pytest tests/statistics` goes on
for an hour."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import pytest

from app.statistics.months import Span, spans
from app.statistics.suppression import Cell, Mark, Table, suppressed
from tests.desk import office, session
from tests.statistics.attacker import populations
from tests.statistics.town import Town, some_months, town

__all__ = ["office", "session", "town"]

ATTACKS = int(os.environ.get("ATTACKS", "2"))
"""How many towns."""

TWO, THRESHOLD = 2, 5
"""A threshold that lets every population of a small town be tried, and the one that is used."""

SMALL_TOWNS = [(1, 13, TWO), (1, 13, 7), (2, 7, TWO), (2, 7, 4), (3, 4, TWO)] + (
    [(1, 24, TWO), (2, 11, TWO), (2, 11, 5), (3, 7, TWO), (3, 7, 5)] if ATTACKS > 100 else []
)
"""Months, requests at most, and how many a table's span holds at least."""

Requests = list[tuple[datetime, dict[str, object]]]

World = tuple[int, ...]
"""For each month, how many are in each of four kinds: each kind one group of one table, and one of another."""


def published(world: World, months: int, *, threshold: int, at_least: int) -> object:
    """All that is published of this world over time: totals, two tables of the same requests, and their crossing."""
    monthly = [world[4 * month : 4 * month + 4] for month in range(months)]
    totals = spans((Span(str(nth), str(nth), sum(kinds)) for nth, kinds in enumerate(monthly)), at_least=threshold)
    told: list[object] = [tuple(totals)]
    for span in spans(totals, at_least=at_least):
        sums = [sum(kinds) for kinds in zip(*monthly[int(span.since) : int(span.until) + 1], strict=True)]
        tables = (sums[0] + sums[1], sums[2] + sums[3]), (sums[0] + sums[2], sums[1] + sums[3])
        told += [suppressed(dict(zip("ab", groups, strict=True)), threshold=threshold) for groups in tables]
        told.append(tuple(sums) if min(sums) >= threshold else None)
    return tuple(told)


def secrets_of(world: World, months: int) -> tuple[int, ...]:
    """What somebody may want to know: how many came in a month, and how many of each group, by month and in all."""
    monthly = [world[4 * month : 4 * month + 4] for month in range(months)]
    whole = [sum(kinds) for kinds in zip(*monthly, strict=True)]
    wanted = [sum(kinds) for kinds in monthly]
    for a, b, c, d in (*monthly, whole):
        wanted += [a + b, c + d, a + c, b + d, a, b, c, d]
    return tuple(wanted)


@pytest.mark.parametrize(("months", "most", "at_least"), SMALL_TOWNS)
def test_whoever_tries_every_world_pins_down_no_small_number(months: int, most: int, at_least: int):
    """Neither of a month, nor of a group, nor of a crossing: each may have been as many numbers as the threshold."""
    possible: dict[object, list[set[int]]] = {}
    for world in populations(4 * months, most):
        told = published(world, months, threshold=TWO, at_least=at_least)
        seen = possible.setdefault(told, [set() for _ in secrets_of(world, months)])
        for values, number in zip(seen, secrets_of(world, months), strict=True):
            values.add(number)
    for told, secrets in possible.items():
        if sum(span.total for span in told[0]) + TWO <= most:  # else the town's end, not the tables, gives it away
            assert all(len(values) >= TWO or min(values) >= TWO for values in secrets), told


@pytest.mark.parametrize("seed", range(ATTACKS))
def test_behind_what_a_town_published_another_town_may_stand(town: Town, seed: int):
    """All tables at once, through the database: whatever number a hidden group had, it could have had any other."""
    requests = some_months(seed, months=2, busy=70)
    told, counted = of_the_town(town, requests)
    hidden = [
        (edition, cell.group) for edition in told if edition[0] == "role" for cell in edition[4].cells if is_few(cell)
    ]
    for edition, group in hidden:
        rest = next(cell.group for cell in edition[4].cells if cell.mark is Mark.REST)
        for other in another_town(requests, edition[1], edition[2], group, rest):
            told_of_the_other, counted_there = of_the_town(town, other)
            assert told_of_the_other == told
            assert counted_there != counted


def of_the_town(town: Town, requests: Requests) -> tuple[list[tuple[str, str, str, int, Table]], list[str]]:
    """Everything that is published of these requests, and whose they were."""
    savepoint = town.session.begin_nested()
    town.history(requests)
    made = [(each.table_name, each.since, each.until, each.number, each.table) for each in town.publish()]
    savepoint.rollback()
    town.session.expire_all()
    return made, sorted(f"{at:%Y-%m} {told['role']}" for at, told in requests)


def another_town(requests: Requests, since: str, until: str, group: str, rest: str) -> Iterator[Requests]:
    """The same requests, but one fewer of the hidden group, and one more, where the words allow for either."""
    ours = [nth for nth, (at, _) in enumerate(requests) if since <= f"{at:%Y-%m}" <= until]
    few = [nth for nth in ours if requests[nth][1]["role"] == group]
    others = [nth for nth in ours if requests[nth][1]["role"] == rest]
    if few:
        yield with_role(requests, few[0], rest)
    if len(few) < THRESHOLD - 1:
        yield with_role(requests, others[0], group)


def with_role(requests: Requests, nth: int, role: str) -> Requests:
    at, told = requests[nth]
    return [*requests[:nth], (at, {**told, "role": role}), *requests[nth + 1 :]]


def is_few(cell: Cell) -> bool:
    return cell.mark is Mark.FEW
