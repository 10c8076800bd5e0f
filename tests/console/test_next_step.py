"""The one thing to do next, as a pure judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.first_contact import Standing
from app.cases.outreach import Permit, Refused, Rules, Why, judge
from app.cases.permissions import Hours, Wish, may_contact
from app.console.next_step import WAYS, Reader, Step, next_step
from app.console.times import Times, length

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 1, 5, 12, 30, tzinfo=STOCKHOLM)
MINE = Reader(keeps=True, may_take=False)
ANYBODY = Reader(keeps=False, may_take=False)


def wish(
    channel: str = "call", hours: Hours = Hours.ANY, *, allowed: bool = True, lasts: int = 30, said: int = 1
) -> Wish:
    at = NOON - timedelta(days=said)
    return Wish(channel, allowed, hours, at, at + timedelta(days=lasts), about="a number")


def leave(wishes: list[Wish], *tries: datetime, local: datetime = NOON) -> dict[str, Permit | Refused]:
    return {channel: judge(wishes, tries, channel, Rules(), local=local) for channel in WAYS}


@pytest.mark.parametrize(
    ("standing", "reader", "step"),
    [
        (Standing.WAITING, Reader(keeps=False, may_take=True), Step.TAKE),
        (Standing.WAITING, ANYBODY, Step.WAITS),
        (Standing.TAKEN, ANYBODY, Step.WITH_COLLEAGUE),
        (Standing.TAKEN, Reader(keeps=True, may_take=False, has_spoken=True), Step.RECORD),
        (Standing.REACHED, MINE, Step.DECIDE),
        (Standing.REACHED, ANYBODY, Step.REACHED),
        (Standing.CLOSED, MINE, Step.OVER),
        (Standing.JOINED, ANYBODY, Step.OVER),
    ],
)
def test_the_step_follows_how_the_case_stands(standing: Standing, reader: Reader, step: Step):
    assert next_step(standing, reader, {}).step is step


@pytest.mark.parametrize(
    ("wishes", "step"),
    [
        ([], Step.NOT_ASKED),
        ([wish()], Step.CALL),
        ([wish("sms")], Step.TEXT),
        ([wish(allowed=False), wish("sms", allowed=False)], Step.THEY_CALL),
        ([wish(hours=Hours.NIGHT)], Step.CALL_LATER),
        ([wish("sms", Hours.EVENING), wish(allowed=False)], Step.TEXT_LATER),
        ([wish(said=40)], Step.EXPIRED),
        ([wish(said=3), wish(allowed=False, said=1)], Step.THEY_CALL),
        ([wish("voicemail")], Step.NOT_ASKED),
    ],
)
def test_a_holder_is_told_what_the_person_allows(wishes: list[Wish], step: Step):
    assert next_step(Standing.TAKEN, MINE, leave(wishes)).step is step


@pytest.mark.parametrize("ago", [0, 5, 14])
def test_nobody_is_told_to_call_again_before_the_rule_lets_them(ago: int):
    tried = NOON - timedelta(minutes=ago)
    told = next_step(Standing.TAKEN, MINE, leave([wish()], tried))
    assert (told.step, told.opens_at) == (Step.CALL_LATER, tried + timedelta(minutes=15))


def test_after_the_last_attempt_the_step_is_the_next_safe_hours():
    tried = [NOON - timedelta(hours=ago) for ago in (1, 2)]
    told = next_step(Standing.TAKEN, MINE, leave([wish(hours=Hours.DAY)], *tried))
    assert (told.step, told.opens_at) == (Step.CALL_LATER, NOON.replace(hour=8, minute=0) + timedelta(days=1))


def test_leave_without_a_number_is_nothing_to_call():
    said = replace(wish(), about=None)
    assert next_step(Standing.TAKEN, MINE, leave([said])).step is Step.THEY_CALL


@pytest.mark.parametrize("why", Why)
def test_whatever_the_reason_there_is_a_step(why: Why):
    ways = dict.fromkeys(WAYS, Refused(why))
    assert next_step(Standing.TAKEN, MINE, ways).step in {Step.NOT_ASKED, Step.EXPIRED, Step.THEY_CALL}


@given(
    after=st.timedeltas(timedelta(), timedelta(days=365)),
    hours=st.sampled_from(Hours),
    allowed=st.booleans(),
)
def test_nobody_is_ever_told_to_call_outside_the_safe_hours(after: timedelta, hours: Hours, allowed: bool):
    local = (NOON.astimezone(UTC) + after).astimezone(STOCKHOLM)
    hour_ago = local - timedelta(hours=1)
    said = Wish("call", allowed, hours, hour_ago, local + timedelta(days=30), about="a number")
    told = next_step(Standing.TAKEN, MINE, leave([said], local=local))
    assert (told.step is Step.CALL) == may_contact([said], "call", local=local)
    if told.opens_at:
        assert local < told.opens_at <= local + timedelta(hours=25)
        assert may_contact([said], "call", local=told.opens_at.astimezone(STOCKHOLM))


def test_on_the_night_the_clocks_change_evening_is_still_at_five():
    local = datetime(2026, 3, 29, 1, 30, tzinfo=STOCKHOLM)
    hour_ago = local - timedelta(hours=1)
    said = Wish("call", True, Hours.EVENING, hour_ago, local + timedelta(days=30), about="a number")
    told = next_step(Standing.TAKEN, MINE, leave([said], local=local))
    assert told.opens_at == datetime(2026, 3, 29, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=9, seconds=59), "9 min 59 s"),
        (timedelta(minutes=10, seconds=59), "10 min"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(hours=47), "47 h 0 min"),
        (timedelta(hours=52), "2 d 4 h"),
    ],
)
def test_a_length_of_time_is_rounded_down(span: timedelta, written: str):
    assert length(span) == written


@pytest.mark.parametrize(
    ("ago", "written"),
    [(0, "12:30"), (1, "i går 12:30"), (-1, "i morgon 12:30"), (10, "fre 26 dec. 12:30")],
)
def test_a_moment_is_written_as_swedes_write_it(ago: int, written: str):
    times = Times("sv", STOCKHOLM, NOON)
    assert times.moment((NOON - timedelta(days=ago)).astimezone(UTC)) == written


def test_the_same_moment_in_english_has_the_day_first():
    assert Times("en", STOCKHOLM, NOON).moment(NOON - timedelta(days=10)) == "Fri 26 Dec 12:30"
