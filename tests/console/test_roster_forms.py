"""Local dates and times as somebody types them, and the moments they mean."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.console.roster_forms import wish
from app.oncall.changes import NotPossible

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-01-12T08:00", "2026-01-12 07:00"),
        ("2026-07-12T08:00:00", "2026-07-12 06:00"),
        ("2026-03-29T02:30", "2026-03-29 01:00"),  # left out: the moment of the jump
        ("2026-10-25T02:30", "2026-10-25 00:30"),  # comes twice: the first
        ("2026-12-31T23:59", "2026-12-31 22:59"),
    ],
)
def test_what_is_typed_is_wall_time(typed, moment):
    starts, ends = wish("leave", {"starts": typed, "ends": f" {typed} "}).span(STOCKHOLM)
    assert starts == ends == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "tomorrow",
        "2026-13-01T08:00",
        "2026-01-12T08:00Z",
        "2026-01-12T08:00+01:00",
        "9999-01-01T00:00",
        "1999-01-01",
    ],
)
def test_what_is_no_local_time_is_asked_for_again(typed):
    with pytest.raises(NotPossible) as refused:
        wish("leave", {"starts": typed, "ends": "2026-01-12T08:00"}).span(STOCKHOLM)
    assert refused.value.why == "time"


def test_a_tier_that_there_is_not_is_asked_for_again():
    with pytest.raises(NotPossible):
        _ = wish("override", {"tier": "manager"}).wanted_tier


def test_what_was_typed_is_kept_to_be_put_right_and_no_more_of_it_than_fits():
    kept = wish("leave", {"starts": "x" * 5000, "alias": "anna", "because": "<b>"}).refused("time")
    assert (len(kept.starts), kept.alias, kept.mistake) == (32, "anna", "mistake.roster.time")
