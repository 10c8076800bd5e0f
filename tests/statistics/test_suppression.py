"""Nobody can find out what a table hides: by trying everything, by algebra, or by comparing it with other tables."""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.statistics.suppression import Mark, Table, may_replace, suppressed
from tests.statistics.attacker import alibis, linear_bounds, populations, said, what_it_may_be

ATTACKS = int(os.environ.get("ATTACKS", "50"))
"""How many random populations each test attacks."""

NAMES = "abcdefgh"
counts_of_groups = st.lists(st.one_of(st.integers(0, 8), st.integers(0, 60)), min_size=2, max_size=7).map(
    lambda counts: dict(zip(NAMES, counts, strict=False))
)


def table(*counts: int, threshold: int = 5) -> Table:
    return suppressed(dict(zip(NAMES, counts, strict=False)), threshold=threshold)


def words(of: Table) -> list[str | int]:
    return [cell.mark.value if cell.count is None else cell.count for cell in of.cells]


def test_where_everybody_is_one_of_many_every_number_is_shown():
    assert words(table(12, 5, 30)) == [12, 5, 30]


def test_one_woman_among_thirty_three_hides_the_number_of_men_as_well():
    assert words(table(32, 1)) == ["rest", "few"]


def test_nobody_is_as_few_as_one():
    assert words(table(32, 0, 9)) == words(table(31, 1, 9)) == ["rest", "few", 9]


def test_the_first_group_that_is_not_few_gives_up_its_number_however_large_another_is():
    assert words(table(3, 20, 300)) == ["few", "rest", 300]


def test_a_rest_that_could_itself_be_few_closes_the_table():
    assert words(table(5, 40, 3)) == ["closed"] * 3
    assert words(table(4, 4)) == ["closed"] * 2


def test_fewer_than_the_threshold_are_not_even_a_total():
    with pytest.raises(ValueError, match="so few"):
        table(2, 2)


@pytest.mark.parametrize(("groups", "threshold", "most"), [(1, 2, 9), (2, 5, 24), (3, 3, 17), (4, 2, 12), (3, 5, 24)])
def test_whoever_tries_every_population_is_left_with_as_many_numbers_as_the_threshold(
    groups: int, threshold: int, most: int
):
    tables = (one for one in populations(groups, most) if sum(one) >= threshold)
    for of, values in what_it_may_be(tables, lambda one: table(*one, threshold=threshold)).items():
        for cell, may_be in zip(of.cells, values, strict=True):
            if cell.mark is Mark.SHOWN:
                assert may_be == {cell.count}
            elif cell.mark is Mark.FEW:
                assert may_be == set(range(threshold)), of
            else:
                assert len(may_be) >= threshold, of


@pytest.mark.parametrize("total", [9, 14, 21])
def test_whoever_knows_all_the_few_but_one_is_left_with_as_many_for_that_one(total: int):
    found: dict[Table, set[tuple[int, ...]]] = {}
    for one in populations(4, total):
        if sum(one) == total:
            found.setdefault(table(*one, threshold=3), set()).add(one)
    for of, possible in found.items():
        few = [place for place, cell in enumerate(of.cells) if cell.mark is Mark.FEW]
        together = {tuple(one[place] for place in few) for one in possible}
        assert together == set(product(range(3), repeat=len(few)))


@given(counts_of_groups)
@settings(max_examples=ATTACKS, deadline=None)
def test_algebra_learns_no_more_than_the_words_say(counts: dict[str, int]):
    if sum(counts.values()) < 5:
        return
    of = suppressed(counts, threshold=5)
    rows = said(of, 0, len(counts))
    for place, cell in enumerate(of.cells):
        least, most = linear_bounds(len(counts), rows, place)
        assert least <= counts[cell.group] <= most
        if cell.mark is not Mark.SHOWN:
            assert most - least >= 4, (words(of), cell)


@given(counts_of_groups, st.integers(5, 9))
@settings(max_examples=ATTACKS, deadline=None)
def test_every_number_that_the_words_allow_would_have_been_published_alike(counts: dict[str, int], threshold: int):
    if sum(counts.values()) < threshold:
        return
    of = suppressed(counts, threshold=threshold)
    for other in alibis(of, counts):
        assert suppressed(other, threshold=threshold) == of


def test_a_correction_of_one_person_is_not_published():
    assert not may_replace(table(21, 9, 12), [table(20, 9, 12)])
    assert not may_replace(table(21, 8, 12), [table(20, 9, 12)])


def test_a_correction_of_many_is():
    assert may_replace(table(25, 9, 12), [table(20, 9, 12)])
    assert may_replace(table(25, 2, 14), [table(20, 2, 14)])


def test_a_correction_never_shows_what_was_hidden_nor_hides_what_was_shown():
    assert not may_replace(table(30, 6), [table(35, 1)])
    assert not may_replace(table(35, 1), [table(30, 6)])


def test_a_correction_is_held_against_every_edition_there_was():
    first, second, back = table(20, 9, 12), table(25, 9, 12), table(21, 9, 12)
    assert may_replace(second, [first])
    assert not may_replace(back, [first, second])


@given(counts_of_groups, st.lists(st.lists(st.integers(-9, 9), min_size=7, max_size=7), min_size=1, max_size=5))
@settings(max_examples=ATTACKS, deadline=None)
def test_no_difference_between_two_editions_is_a_matter_of_few(counts: dict[str, int], corrections: list[list[int]]):
    """However often the span is corrected: whoever subtracts any edition from any other finds nothing small."""
    if sum(counts.values()) < 5:
        return
    editions = [suppressed(counts, threshold=5)]
    for correction in corrections:
        counts = {name: max(0, count + by) for (name, count), by in zip(counts.items(), correction, strict=False)}
        if sum(counts.values()) >= 5 and may_replace(new := suppressed(counts, threshold=5), editions):
            editions.append(new)
    for one, other in product(editions, repeat=2):
        assert abs(one.total - other.total) not in range(1, 5)
        for was, now in zip(one.cells, other.cells, strict=True):
            assert was.mark is now.mark
            assert abs((was.count or 0) - (now.count or 0)) not in range(1, 5)
