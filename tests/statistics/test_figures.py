"""What follows from published tables, periods, sheets, and the command."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.statistics.figures import Between, known, reached_by, share
from app.statistics.months import Span, after, months_in, spans
from app.statistics.sheets import harmless
from app.statistics.suppression import suppressed
from app.statistics.tables import KINDS
from tests.statistics.attacker import populations

BANDS = ("a", "b", "c")


@pytest.mark.parametrize("groups", [("a",), ("b", "c"), ("a", "c"), BANDS])
def test_bounds_hold_for_every_population_behind_a_table_and_are_the_tightest(groups: tuple[str, ...]):
    behind: dict[object, set[int]] = {}
    tables = {}
    for one in populations(3, 14):
        if sum(one) >= 3:
            counts = dict(zip(BANDS, one, strict=True))
            table = suppressed(counts, threshold=3)
            tables[table] = table
            behind.setdefault(table, set()).add(sum(counts[group] for group in groups))
    for table, numbers in behind.items():
        bounds = known(tables[table], groups)
        assert bounds.least <= min(numbers)
        assert max(numbers) <= bounds.most
        if any(cell.mark == "rest" for cell in tables[table].cells):
            assert (bounds.least, bounds.most) == (min(numbers), max(numbers))


def test_a_share_is_told_as_far_as_its_number_is():
    assert share(Between(3, 3), Between(4, 4)) == (Fraction(3, 4), Fraction(3, 4))
    assert share(Between(90, 94), Between(94, 98)) == (Fraction(90, 98), Fraction(1))
    assert share(Between(0, 4), Between(0, 4)) is None


def test_half_is_reached_by_a_band_only_when_that_is_certain():
    table = suppressed({"a": 20, "b": 20, "c": 2}, threshold=5)
    assert reached_by([table], BANDS, Between(42, 42), Fraction(1, 2)) == "b"
    assert (
        reached_by([suppressed({"a": 30, "b": 7, "c": 5}, threshold=5)], BANDS, Between(42, 42), Fraction(1, 2)) == "a"
    )
    assert reached_by([], BANDS, Between(0, 0), Fraction(1, 2)) is None


def test_periods_are_written_as_months_quarters_and_years():
    assert months_in("2026-11") == ("2026-11", "2026-11")
    assert months_in("2026-Q4") == ("2026-10", "2026-12")
    assert months_in("2026") == ("2026-01", "2026-12")
    assert after("2026-12") == "2027-01"
    for wrong in ("", "2026-00", "2026-Q5", "26", "2026-1"):
        with pytest.raises(BadInput):
            months_in(wrong)


@given(st.lists(st.integers(0, 20)), st.integers(1, 40))
def test_spans_hold_enough_and_are_as_short_as_that_allows(months: list[int], at_least: int):
    made = spans((Span(str(nth), str(nth), total) for nth, total in enumerate(months)), at_least=at_least)
    assert all(span.total >= at_least for span in made)
    assert all(span.total - months[int(span.until)] < at_least for span in made)
    assert [int(span.since) for span in made] == [0, *(int(span.until) + 1 for span in made[:-1])][: len(made)]


def test_no_cell_of_a_sheet_begins_a_formula():
    for sign, rest in product("=+-@\t\r", ("1+1", "cmd|' /C calc'!A0")):
        assert str(harmless(f"{sign}{rest}")).startswith("'")
    assert [harmless(each) for each in (12, None, "few", "2026-01")] == [12, None, "few", "2026-01"]


def test_every_table_has_its_groups_once_and_divides_a_table_that_there_is():
    for kind in KINDS.values():
        assert len(set(kind.groups)) == len(kind.groups)
        assert set(kind.bands) <= set(kind.groups)
        assert not kind.within or kind.within[1] in KINDS[kind.within[0]].groups
