"""When a doubtful case may disturb somebody: by day at once, at night in the morning, in any case in good time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.doubts import someone_is_awake
from app.cases.permissions import Hours, within

STOCKHOLM = ZoneInfo("Europe/Stockholm")
A_DAY = timedelta(hours=24)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ("2026-03-02 12:00", "2026-03-02 12:00"),
        ("2026-03-02 21:59", "2026-03-02 21:59"),
        ("2026-03-02 22:00", "2026-03-03 08:00"),
        ("2026-03-03 03:00", "2026-03-03 08:00"),
        ("2026-03-03 08:00", "2026-03-03 08:00"),
        ("2026-03-28 23:00", "2026-03-29 08:00"),  # the clocks go forward in that night
        ("2026-10-24 23:00", "2026-10-25 08:00"),  # and back in this one
    ],
)
def test_the_night_is_slept_through_by_the_clocks_on_the_wall(came: str, told: str) -> None:
    at = datetime.fromisoformat(came).replace(tzinfo=STOCKHOLM).astimezone(UTC)

    found = someone_is_awake(at, STOCKHOLM, until=at + A_DAY)
    assert found == datetime.fromisoformat(told).replace(tzinfo=STOCKHOLM)


@given(
    at=st.integers(0, 366 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    within_hours=st.integers(1, 72),
)
def test_half_of_the_time_is_always_left_and_nobody_is_told_at_night_if_that_allows_it(
    at: datetime, within_hours: int
) -> None:
    due = at + timedelta(hours=within_hours)
    told = someone_is_awake(at, STOCKHOLM, until=due)

    assert at <= told <= at + (due - at) / 2
    assert told == at + (due - at) / 2 or not within(Hours.NIGHT, told.astimezone(STOCKHOLM))
