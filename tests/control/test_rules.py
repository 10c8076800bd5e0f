"""The rules of log control over invented readings: each says what it should, and none says it of whoever had reason."""

from __future__ import annotations

from datetime import timedelta
from secrets import SystemRandom
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.control import rules
from app.control.rules import AN_HOUR, MANY, READS, CaseThen, Reading, Time, unusual
from app.control.sample import LEAST, MOST, drawn, month_over, size
from app.control.words import WHYS
from tests.people import MONDAY

NOW = MONDAY
MINUTES = st.integers(min_value=-10_000, max_value=10_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
TIMES = st.builds(
    lambda since, lasted: Time(since, None if lasted is None else since + timedelta(minutes=lasted)),
    MINUTES,
    st.none() | st.integers(min_value=0, max_value=5_000),
)


def reading(action: str = "case.revealed", about: str = "a-case", at=NOW, by: str = "anna") -> Reading:
    return Reading(at, by, action, about)


def whys(then: CaseThen, one: Reading | None = None, earlier: list[Reading] | None = None) -> set[str]:
    return set(unusual(one or reading(), then, earlier or []))


HERS = CaseThen(theirs=[Time(NOW - AN_HOUR, None)])
UNTIL_THEN = CaseThen(theirs=[Time(NOW - 2 * AN_HOUR, NOW - AN_HOUR)])


@pytest.mark.parametrize(
    ("then", "action", "expected"),
    [
        (HERS, "case.revealed", set()),
        (UNTIL_THEN, "case.revealed", {"no_longer_theirs"}),
        (CaseThen(), "case.revealed", {"not_theirs"}),
        (CaseThen(theirs=[Time(NOW + AN_HOUR, None)]), "case.glass_broken", {"not_theirs"}),
        (CaseThen(theirs=HERS.theirs, closed_at=NOW - AN_HOUR), "case.printed", {"after_closing"}),
        (CaseThen(theirs=HERS.theirs, closed_at=NOW), "case.revealed", set()),
        (CaseThen(theirs=HERS.theirs, excluded=True), "case.revealed", {"excluded"}),
        (CaseThen(theirs=HERS.theirs, is_bait=True), "case.revealed", {"bait"}),
        (CaseThen(), "disclosure.read", set()),
        (UNTIL_THEN, "disclosure.read", set()),
        (CaseThen(is_bait=True, excluded=True), "disclosure.read", {"bait", "excluded"}),
        (HERS, "case.number_known", {"staff_number"}),
        (CaseThen(), "case.searched", {"searched"}),
        (HERS, "case.searched", set()),
        (CaseThen(is_bait=True, excluded=True), "case.read", set()),
    ],
)
def test_each_rule_says_what_it_should(then: CaseThen, action: str, expected: set[str]):
    assert whys(then, reading(action)) == expected


@given(st.lists(TIMES, max_size=4), MINUTES)
def test_of_a_reading_exactly_one_is_true_it_was_theirs_it_had_been_or_it_never_was(times: list[Time], at):
    one, then = reading(at=at), CaseThen(theirs=times)
    was = any(time.covers(at) for time in times)
    assert [was, rules.no_longer_theirs(one, then), rules.not_theirs(one, then)].count(True) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 120)), max_size=30), st.sampled_from(sorted(READS)))
def test_many_counts_cases_and_not_looks_and_forgets_after_an_hour(before: list[tuple[int, int]], action: str):
    earlier = [reading(about=f"case {number}", at=NOW - timedelta(minutes=ago)) for number, ago in before]
    within = {number for number, ago in before if ago < 60}
    assert rules.many(reading(action, about="one more"), earlier) == (len(within) >= MANY)
    assert not rules.many(reading(action, about="case 0"), [reading(about="case 0"), *earlier])


def test_every_rule_has_a_time_within_which_it_is_reviewed():
    assert {*rules.RULES, rules.many.__name__, "sampled", "unjudged"} == set(WHYS)


@given(st.integers(min_value=0, max_value=5_000))
def test_a_sample_is_some_of_what_there_was_and_never_more_than_somebody_reads_with_care(out_of: int):
    leaves = list(range(100, 100 + out_of))
    found = drawn(leaves, chance=SystemRandom().sample)
    assert found == sorted(set(found))
    assert set(found) <= set(leaves)
    assert len(found) == size(out_of)
    assert min(out_of, LEAST) <= len(found) <= MOST


@given(st.datetimes(min_value=NOW.replace(tzinfo=None), timezones=st.just(ZoneInfo("Europe/Stockholm"))))
def test_the_month_that_is_over_ends_before_now_and_a_month_has_at_most_31_days(at):
    month, since, until = month_over(at, ZoneInfo("Europe/Stockholm"))
    assert since < until <= at
    assert (until - since).days in (28, 29, 30, 31)
    assert (since.day, until.day, f"{since:%Y-%m}") == (1, 1, month)
