"""How a call ended, from what it came to, in whatever order that was heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.endings import LONGEST_WAIT, MOMENTS, Ending, ending

MINUTE = timedelta(minutes=1)
CAME_TO = st.sets(st.sampled_from(MOMENTS))


@pytest.mark.parametrize(
    ("came_to", "spoke", "ended_as"),
    [
        ({"over"}, False, Ending.SILENT),
        ({"over", "unanswered"}, False, Ending.SILENT),
        ({"over", "keyed"}, False, Ending.ABANDONED),
        ({"over", "keyed", "cannot_speak", "sms"}, False, Ending.ABANDONED),
        ({"over", "keyed", "no_callback"}, False, Ending.DECLINED),
        ({"over", "keyed", "call", "callback"}, False, Ending.CALLBACK),
        ({"over"}, True, Ending.CONNECTED),
        ({"over", "keyed", "callback"}, True, Ending.CONNECTED),
        ({"keyed", "callback"}, False, None),
        (set(), True, None),
    ],
)
def test_each_ending_has_its_reason(came_to: set[str], spoke: bool, ended_as: Ending | None) -> None:
    assert ending(came_to, spoke=spoke, lasted=MINUTE) is ended_as


@given(CAME_TO, st.booleans(), st.timedeltas(timedelta(), timedelta(days=9)))
def test_a_call_has_one_ending_once_it_is_over_or_an_hour_old(
    came_to: set[str], spoke: bool, lasted: timedelta
) -> None:
    ended = "over" in came_to or lasted >= LONGEST_WAIT
    assert (ending(came_to, spoke=spoke, lasted=lasted) is not None) is ended


@given(CAME_TO, st.booleans())
def test_who_pressed_a_key_was_not_silent(came_to: set[str], spoke: bool) -> None:
    assert ending({*came_to, "keyed", "over"}, spoke=spoke, lasted=MINUTE) is not Ending.SILENT
