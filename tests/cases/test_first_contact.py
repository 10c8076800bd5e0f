"""Twenty-four hours are twenty-four hours, whatever the calendar does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.first_contact import Standing, due_at, is_overdue, standing

A_DAY = timedelta(hours=24)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("approached", "local_due"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 14:00"),  # the night with an hour less
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 13:00"),  # the night with an hour more
        (datetime(2026, 12, 24, 23, 30, tzinfo=UTC), "2026-12-26 00:30"),  # Christmas
    ],
)
def test_the_clock_does_not_care_about_summer_time_or_holidays(approached: datetime, local_due: str) -> None:
    due = due_at(approached, within=A_DAY)

    assert due - approached == A_DAY
    assert due.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M") == local_due


@pytest.mark.parametrize("closed_as", [Standing.ADVICE, Standing.HANDED_OVER, Standing.CLOSED, Standing.JOINED])
def test_an_ending_outranks_everything_else(closed_as: Standing) -> None:
    for held, reached in product((True, False), repeat=2):
        assert standing(held=held, reached=reached, closed_as=closed_as) is closed_as


@pytest.mark.parametrize(
    ("held", "reached", "expected"),
    [
        (False, False, Standing.WAITING),
        (True, False, Standing.TAKEN),
        (False, True, Standing.REACHED),
        (True, True, Standing.REACHED),
    ],
)
def test_taken_is_not_contacted(held: bool, reached: bool, expected: Standing) -> None:
    assert standing(held=held, reached=reached, closed_as=None) is expected


@given(due=moments, at=moments)
def test_without_contact_a_case_is_overdue_from_the_very_moment_it_is_due(due: datetime, at: datetime) -> None:
    assert is_overdue(due=due, first_contact_at=None, at=at) == (at >= due)


@given(due=moments, contact=moments, at=moments)
def test_a_late_contact_stays_late_and_a_timely_one_stays_timely(
    due: datetime, contact: datetime, at: datetime
) -> None:
    assert is_overdue(due=due, first_contact_at=contact, at=at) == (contact >= due)
