"""Who comes first among those who stand at the same step: an order that leaves nobody out and is always the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.oncall.order import Gifts, Load, Wanted, counted_until, in_order, load

STOCKHOLM = ZoneInfo("Europe/Stockholm")
GIFTS = {
    "anna": Gifts(("sv", "en"), ("woman",)),
    "bo": Gifts(("sv", "so"), ("relative",)),
    "fatima": Gifts(("sv", "ar"), ("woman", "relative")),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wanted(*languages: str, tags: str = "") -> Wanted:
    return Wanted(frozenset(languages), frozenset(tags.split()))


@pytest.mark.parametrize(
    ("wish", "nights", "order"),
    [
        (wanted(), (0, 0, 0), "anna bo fatima"),  # nothing to choose by: as they came
        (wanted("sv"), (0, 0, 0), "anna bo fatima"),
        (wanted("so"), (0, 9, 0), "bo anna fatima"),  # a language before everything else
        (wanted("ar", "so"), (0, 0, 0), "bo fatima anna"),
        (wanted("fi"), (0, 0, 0), "anna bo fatima"),  # nobody speaks it: nobody is left out for that
        (wanted("sv", tags="woman"), (1, 0, 0), "fatima anna bo"),
        (wanted("sv", tags="woman relative"), (0, 0, 5), "fatima anna bo"),
        (wanted("so", tags="woman"), (0, 0, 0), "bo anna fatima"),  # to be understood before what was wished for
        (wanted("sv"), (2, 1, 0), "fatima bo anna"),  # among equals who was woken least
    ],
)
def test_what_serves_the_case_comes_first_and_then_who_has_borne_least(wish, nights, order):
    loads = {alias: Load(nights=n, pages=n) for alias, n in zip(GIFTS, nights, strict=True)}
    assert in_order(tuple(GIFTS), wish, gifts=GIFTS, loads=loads) == tuple(order.split())


@given(
    st.permutations(["anna", "bo", "fatima", "gone"]),
    st.frozensets(st.sampled_from(["sv", "so", "ar", "fi"])),
    st.frozensets(st.sampled_from(["woman", "relative", "man"])),
    st.dictionaries(
        st.sampled_from(["anna", "bo"]), st.builds(Load, nights=st.integers(0, 9), pages=st.integers(0, 99))
    ),
)
def test_nobody_is_left_out_and_asking_again_gives_the_same(eligible, languages, tags, loads):
    wish = Wanted(languages, tags)
    order = in_order(eligible, wish, gifts=GIFTS, loads=loads)
    assert sorted(order) == sorted(eligible)
    assert in_order(order, wish, gifts=GIFTS, loads=loads) == order


@pytest.mark.parametrize(
    ("pages", "borne"),
    [
        ([], Load(0, 0)),
        (["2026-01-05 12:00"], Load(0, 1)),  # by day
        (["2026-01-05 21:00"], Load(1, 1)),  # ten in the evening
        (["2026-01-05 21:00", "2026-01-06 04:59"], Load(1, 2)),  # one night, however late
        (["2026-01-06 05:00"], Load(0, 1)),  # six in the morning
        (["2026-01-05 22:00", "2026-01-06 22:00"], Load(2, 2)),
        (["2026-10-25 00:30", "2026-10-25 01:30"], Load(1, 2)),  # the hour that comes twice
        (["2026-12-31 22:30", "2026-12-31 23:30"], Load(1, 2)),  # the last night of the year
    ],
)
def test_a_night_counts_once_by_the_date_of_its_evening(pages, borne):
    assert load(map(utc, pages), STOCKHOLM) == borne


@pytest.mark.parametrize(
    ("at", "noon"),
    [
        ("2026-01-05 10:59", "2026-01-04 11:00"),
        ("2026-01-05 11:00", "2026-01-05 11:00"),
        ("2026-03-29 09:59", "2026-03-28 11:00"),  # the clocks went forward that night
        ("2026-03-29 10:00", "2026-03-29 10:00"),
    ],
)
def test_pages_count_until_the_last_noon(at, noon):
    assert counted_until(utc(at), STOCKHOLM) == utc(noon)


@given(st.integers(0, 24 * 60 - 1))
def test_the_order_does_not_change_from_noon_to_noon(minutes):
    noon = datetime(2026, 10, 24, 12, tzinfo=STOCKHOLM).astimezone(UTC)
    assert counted_until(noon + timedelta(minutes=minutes), STOCKHOLM) == noon
