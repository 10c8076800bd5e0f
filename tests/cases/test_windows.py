"""Weekdays and times of a person's own: no moment outside them is ever called safe, on any night of the year."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.outreach import Permit, Refused, Rules, Why, judge
from app.cases.permissions import Hours, Only, Wish, may_contact, within
from app.cases.windows import opens, window

STOCKHOLM = ZoneInfo("Europe/Stockholm")
zones = st.sampled_from([STOCKHOLM, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Havana")])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
hours_of_a_day = st.integers(0, 23).map(time)
narrowings = st.builds(Only, st.frozensets(st.integers(1, 7), min_size=1), hours_of_a_day, hours_of_a_day)


@settings(max_examples=60, deadline=None)
@given(at=moments, zone=zones, hours=st.sampled_from(Hours), only=narrowings)
def test_a_safe_moment_lies_in_a_stretch_that_is_safe_throughout(at, zone, hours, only) -> None:
    opening = opens(hours, at.astimezone(zone), only)
    if opening is None:
        return
    assert within(hours, opening.astimezone(zone), only)
    here = window(hours, opening.astimezone(zone), only)
    assert here.starts <= opening < here.ends
    for part in range(8):
        moment = here.starts + (here.ends - here.starts) * part / 8
        assert within(hours, moment.astimezone(zone), only)
    assert hours is Hours.ANY or not within(hours, here.ends.astimezone(zone), only)


@settings(max_examples=60, deadline=None)
@given(at=moments, hours=st.sampled_from(Hours), only=narrowings)
def test_leave_is_given_only_when_both_the_part_of_the_day_and_the_narrowing_hold(at, hours, only) -> None:
    local = at.astimezone(STOCKHOLM)
    said = Wish("call", True, hours, at - timedelta(hours=1), at + timedelta(days=29), "number", only)
    answer = judge([said], [], "call", Rules(), local=local)

    assert isinstance(answer, Permit) == (within(hours, local) and only.holds(local))
    assert isinstance(answer, Permit) == may_contact([said], "call", local=local)
    if isinstance(answer, Permit):
        assert all(only.holds(moment.astimezone(STOCKHOLM)) for moment in (at, answer.until - timedelta(seconds=1)))


def test_a_tuesday_between_nine_and_eleven_is_that_and_nothing_more() -> None:
    only = Only(frozenset({2}), time(9), time(11))
    monday = datetime(2026, 3, 2, 10, tzinfo=STOCKHOLM)
    said = Wish("call", True, Hours.DAY, monday, monday + timedelta(days=30), "number", only)

    refused = judge([said], [], "call", Rules(), local=monday)
    assert refused == Refused(Why.NOT_NOW, datetime(2026, 3, 3, 8, tzinfo=UTC), Hours.DAY)
    given = judge([said], [], "call", Rules(), local=monday + timedelta(days=1))
    assert isinstance(given, Permit)
    assert given.until == given.arrives_by == datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "only"), [(Hours.DAY, Only(starts=time(20), ends=time(21)))])
def test_hours_that_never_come_never_open(hours: Hours, only: Only) -> None:
    assert opens(hours, datetime(2026, 3, 2, 10, tzinfo=STOCKHOLM), only) is None
