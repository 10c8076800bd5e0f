"""Somebody who has every published table, knows the rules by heart, and wants to know what was hidden.

Three ways of attack. `what_it_may_be` tries every population there could have been, and keeps those of which exactly
the same would have been published: nobody can do better. `linear_bounds` knows no rules: it takes each printed number
as an equation and each word as two inequalities, and eliminates (Fourier, Motzkin) until one unknown is left.
`an_alibi` looks for another population behind the very same publications, for populations too large to try them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from app.statistics.suppression import Mark, Table

Population = tuple[int, ...]


def populations(groups: int, most: int) -> Iterator[Population]:
    """Every way in which at most so many requests fall into so many groups."""
    if groups == 0:
        yield ()
        return
    for first in range(most + 1):
        for others in populations(groups - 1, most - first):
            yield (first, *others)


def what_it_may_be(
    everything: Iterator[Population], publish: Callable[[Population], object]
) -> Mapping[object, list[set[int]]]:
    """For whatever may be published: the values that each number of the population may have had."""
    found: dict[object, list[set[int]]] = {}
    for population in everything:
        values = found.setdefault(publish(population), [set() for _ in population])
        for seen, number in zip(values, population, strict=True):
            seen.add(number)
    return found


Row = tuple[tuple[Fraction, ...], Fraction]
"""Coefficients and a bound: their sum is at most the bound."""


def linear_bounds(unknowns: int, rows: Sequence[Row], which: int) -> tuple[int, int]:
    """The smallest and the largest whole number that one unknown may be, where all of these hold."""
    for other in range(unknowns):
        if other != which:
            rows = _without(rows, other)
    below = [bound / factors[which] for factors, bound in rows if factors[which] > 0]
    above = [bound / factors[which] for factors, bound in rows if factors[which] < 0]
    return ceil(max(above)), floor(min(below))


def _without(rows: Sequence[Row], unknown: int) -> list[Row]:
    signs: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        factor = row[0][unknown]
        signs[(factor > 0) - (factor < 0)].append(row)
    kept = {*signs[0]}
    for up_factors, up in signs[1]:
        for down_factors, down in signs[-1]:
            one, other = 1 / up_factors[unknown], -1 / down_factors[unknown]
            factors = tuple(a * one + b * other for a, b in zip(up_factors, down_factors, strict=True))
            kept.add((factors, up * one + down * other))
    tightest: dict[tuple[Fraction, ...], Fraction] = {}
    for factors, bound in kept:
        tightest[factors] = min(bound, tightest.get(factors, bound))
    return list(tightest.items())


def said(table: Table, place: int, unknowns: int) -> list[Row]:
    """What one table says, as inequalities; its groups' numbers are the unknowns from `place` on."""
    rows = _is(table.total, range(place, place + len(table.cells)), unknowns)
    for at, cell in enumerate(table.cells, place):
        rows.append(_at_least(0, at, unknowns))
        if cell.mark is Mark.SHOWN and cell.count is not None:
            rows += _is(cell.count, [at], unknowns)
        elif cell.mark is Mark.FEW:
            rows.append(_at_most(table.threshold - 1, at, unknowns))
        elif cell.mark is Mark.REST:
            rows.append(_at_least(table.threshold, at, unknowns))
    return rows


def _is(number: int, unknowns: Sequence[int] | range, width: int) -> list[Row]:
    up = tuple(Fraction(place in unknowns) for place in range(width))
    return [(up, Fraction(number)), (tuple(-factor for factor in up), Fraction(-number))]


def _at_most(number: int, unknown: int, width: int) -> Row:
    return tuple(Fraction(place == unknown) for place in range(width)), Fraction(number)


def _at_least(number: int, unknown: int, width: int) -> Row:
    return tuple(Fraction(-(place == unknown)) for place in range(width)), Fraction(-number)


def alibis(table: Table, counts: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Other populations of which the same table would have been published, one for every number that each hidden
    group may have had by the words: whoever claims to know better is wrong about one of them."""
    few = [cell.group for cell in table.cells if cell.mark is Mark.FEW]
    rest = next((cell.group for cell in table.cells if cell.mark is Mark.REST), None)
    for group in few:
        for number in range(table.threshold):
            changed = {**counts, group: number}
            changed[rest or ""] += counts[group] - number
            yield changed
