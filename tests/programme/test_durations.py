from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programme.durations import iso, parse


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT0S", timedelta(0)),
        ("PT24H", timedelta(hours=24)),
        ("P1D", timedelta(hours=24)),
        ("P7D", timedelta(days=7)),
        ("P1W", timedelta(days=7)),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_a_duration_is_read_as_iso_8601(text, duration):
    assert parse(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "24H", "PT1.5H", "-PT1H", "P1M", "P1Y", "pt1h", "PT1H ", "PT１H"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse(text)


@pytest.mark.parametrize(
    ("duration", "text"), [("P1D", "PT24H"), ("P7D", "P7D"), ("PT90M", "PT1H30M"), ("PT0S", "PT0S")]
)
def test_a_deadline_of_a_day_is_shown_in_hours_and_a_turn_of_a_week_in_days(duration, text):
    assert iso(parse(duration)) == text


@given(st.integers(0, 10**8))
def test_what_is_written_is_read_back(seconds):
    assert parse(iso(timedelta(seconds=seconds))) == timedelta(seconds=seconds)
