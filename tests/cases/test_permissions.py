"""Not asked means no; and what was said holds for the hours, the channel and the time it was said for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.permissions import Hours, Wish, may_contact, within

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SAID = datetime(2026, 3, 1, 12, tzinfo=UTC)
LASTS = timedelta(days=30)
EVERY_HALF_HOUR = [SAID.astimezone(STOCKHOLM) + timedelta(minutes=30 * half) for half in range(48)]
PARTS_OF_A_DAY = (Hours.DAY, Hours.EVENING, Hours.NIGHT)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(STOCKHOLM))  # noqa: DTZ001
wishes = st.builds(
    Wish,
    channel=st.sampled_from(["call", "sms", "voicemail"]),
    allowed=st.booleans(),
    hours=st.sampled_from(Hours),
    said_at=moments,
    expires_at=moments,
)


def wish(channel="call", *, allowed=True, hours=Hours.ANY, said_at=SAID, lasts=LASTS) -> Wish:
    return Wish(channel, allowed, hours, said_at, said_at + lasts)


@pytest.mark.parametrize("channel", ["call", "sms", "voicemail"])
def test_nothing_said_means_no_at_every_hour(channel: str) -> None:
    assert not any(may_contact([], channel, local=moment) for moment in EVERY_HALF_HOUR)


@pytest.mark.parametrize(
    ("hours", "first", "last"), [(Hours.DAY, 8, 16), (Hours.EVENING, 17, 21), (Hours.NIGHT, 22, 7)]
)
def test_each_part_of_the_day_begins_and_ends_on_the_hour(hours: Hours, first: int, last: int) -> None:
    def at(hour, minute):
        return within(hours, datetime(2026, 3, 1, hour % 24, minute, tzinfo=STOCKHOLM))

    assert at(first, 0)
    assert at(last, 59)
    assert not at(first - 1, 59)
    assert not at(last + 1, 0)


@given(moments)
def test_every_moment_lies_in_exactly_one_part_of_the_day(moment: datetime) -> None:
    assert sum(within(part, moment) for part in PARTS_OF_A_DAY) == 1
    assert within(Hours.ANY, moment)


@pytest.mark.parametrize("hours", Hours)
def test_a_yes_holds_at_its_hours_and_at_no_others(hours: Hours) -> None:
    for moment in EVERY_HALF_HOUR:
        assert may_contact([wish(hours=hours)], "call", local=moment) == within(hours, moment)


@given(st.lists(wishes), moments)
def test_every_contact_rests_on_a_yes_for_that_channel_and_hour_that_was_said_and_still_holds(
    said: list[Wish], moment: datetime
) -> None:
    for channel in ("call", "sms", "voicemail"):
        if may_contact(said, channel, local=moment):
            assert any(
                one.channel == channel
                and one.allowed
                and one.said_at <= moment < one.expires_at
                and within(one.hours, moment)
                for one in said
            )


@given(st.lists(wishes), moments)
def test_a_no_just_said_ends_every_earlier_yes(said: list[Wish], moment: datetime) -> None:
    no = Wish("call", allowed=False, hours=Hours.ANY, said_at=moment, expires_at=moment + LASTS)
    earlier = [one for one in said if one.said_at < moment]

    assert not may_contact([*earlier, no], "call", local=moment)


@given(st.lists(wishes, max_size=4), moments)
def test_the_order_in_which_rows_are_read_decides_nothing(said: list[Wish], moment: datetime) -> None:
    answers = {may_contact(order, "call", local=moment) for order in permutations(said)}

    assert len(answers) == 1


def test_of_a_yes_and_a_no_said_at_the_same_moment_the_no_counts() -> None:
    both = [wish(allowed=True), wish(allowed=False)]

    assert not may_contact(both, "call", local=SAID.astimezone(STOCKHOLM))


def test_a_permission_runs_out() -> None:
    a_month_later = (SAID + LASTS).astimezone(STOCKHOLM)

    assert may_contact([wish()], "call", local=a_month_later - timedelta(seconds=1))
    assert not may_contact([wish()], "call", local=a_month_later)


def test_what_runs_out_does_not_bring_back_what_was_said_before_it() -> None:
    long_ago = wish(said_at=SAID - timedelta(days=1), lasts=timedelta(days=365))
    short = wish(lasts=timedelta(hours=1))

    assert not may_contact([long_ago, short], "call", local=(SAID + timedelta(hours=2)).astimezone(STOCKHOLM))
