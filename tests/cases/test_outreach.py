"""Nobody is called or texted without leave: a word of their own, in their hours, and not too often."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.outreach import HOLDS_FOR, TOO_LONG_AGO, Permit, Refused, Rules, Why, judge, window
from app.cases.permissions import Hours, Wish, within

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ELSEWHERE = [ZoneInfo(name) for name in ("America/Havana", "Asia/Beirut", "Atlantic/Azores", "Australia/Lord_Howe")]
"""Places whose clocks change at midnight, at one in the morning, or by half an hour."""

SAID = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
"""When the clocks in Stockholm change in 2026: at two in the morning to three, at three to two."""

zones = st.sampled_from([STOCKHOLM, *ELSEWHERE])
around_the_year = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
around_the_change = st.builds(
    lambda night, minutes: night + timedelta(minutes=minutes),
    st.sampled_from([SPRING, AUTUMN]),
    st.integers(-24 * 60, 24 * 60),
)
moments = around_the_year | around_the_change


@st.composite
def profiles(draw, at: datetime) -> list[Wish]:
    """What somebody may have said until now, and at about this time: nothing, one thing, or several."""

    def wish(channel, allowed, hours, ago, lasts, about):
        said_at = at - timedelta(minutes=ago)
        return Wish(channel, allowed, hours, said_at, said_at + timedelta(days=lasts), about)

    said = st.builds(
        wish,
        st.sampled_from(["call", "sms", "voicemail"]),
        st.booleans(),
        st.sampled_from(Hours),
        st.sampled_from([-60, 0, 1, 60, 8 * 24 * 60, 31 * 24 * 60]),
        st.sampled_from([1, 30, 90]),
        st.sampled_from(["number", None]),
    )
    return draw(st.lists(said, max_size=4))


def wish(channel="call", *, allowed=True, hours=Hours.ANY, said_at=SAID, about: str | None = "number") -> Wish:
    return Wish(channel, allowed, hours, said_at, said_at + timedelta(days=30), about)


def asked(
    wishes: list[Wish], at: datetime, *, tries: list[datetime] | None = None, channel="call", rules: Rules | None = None
):
    return judge(wishes, tries or [], channel, rules or Rules(), local=at.astimezone(STOCKHOLM))


def clock(text: str, *, zone: ZoneInfo = STOCKHOLM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@given(st.data(), moments, zones, st.sampled_from(["call", "sms"]))
def test_whoever_may_be_reached_has_said_so_for_this_channel_and_this_hour(data, at, zone, channel) -> None:
    wishes, local = data.draw(profiles(at)), at.astimezone(zone)
    answer = judge(wishes, [], channel, Rules(), local=local)
    if isinstance(answer, Permit):
        words = [each for each in wishes if each.channel == channel and each.said_at <= at]
        last = [each for each in words if each.said_at == max(one.said_at for one in words)]
        assert last
        for word in last:
            assert word.allowed
            assert at < word.expires_at
            assert at - word.said_at < TOO_LONG_AGO
            assert within(word.hours, local)
        assert answer.about == "number"
        assert at < answer.until <= min(word.expires_at for word in last)


@given(st.sampled_from(Hours), st.sampled_from(Hours), moments, zones)
def test_a_permit_ends_with_the_safe_hours_at_the_latest(hours, other, at, zone) -> None:
    said = [wish(hours=hours, said_at=at), wish(hours=other, said_at=at)]
    answer = judge(said, [], "call", Rules(), local=at.astimezone(zone))
    if isinstance(answer, Permit):
        moment = at
        while moment < min(answer.arrives_by, at + timedelta(days=2)):
            assert all(within(word.hours, moment.astimezone(zone)) for word in said)
            moment += timedelta(minutes=10)


@given(moments, zones, st.sampled_from(Hours))
def test_every_moment_in_the_hours_lies_in_its_window_and_so_does_all_of_the_window(at, zone, hours) -> None:
    local = at.astimezone(zone)
    if within(hours, local):
        here = window(hours, local)
        assert here.starts <= at < here.ends
        step = timedelta(minutes=10)
        moment = here.starts
        while moment < here.ends:
            assert within(hours, moment.astimezone(zone))
            assert window(hours, moment.astimezone(zone)) == here
            moment += step


@given(st.data(), moments, zones)
def test_who_comes_back_when_told_to_is_not_sent_away_for_the_same_reason(data, at, zone) -> None:
    wishes = data.draw(profiles(at))
    tries = data.draw(st.lists(st.integers(0, 2000).map(lambda ago: at - timedelta(minutes=ago)), max_size=3))
    answer = judge(wishes, tries, "call", Rules(), local=at.astimezone(zone))
    if isinstance(answer, Refused) and answer.until:
        assert answer.until > at
        again = judge(wishes, tries, "call", Rules(), local=answer.until.astimezone(zone))
        assert isinstance(again, Permit) or again.why != answer.why or again.until is None or again.until > answer.until


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        ([], Why.NOT_ASKED),
        ([wish("sms")], Why.NOT_ASKED),
        ([wish(allowed=False)], Why.NO),
        ([wish(), wish(allowed=False)], Why.NO),
        ([wish(allowed=False, said_at=SAID - timedelta(days=1)), wish()], None),
        ([wish(said_at=SAID - timedelta(days=30))], Why.EXPIRED),
        ([wish(said_at=SAID - timedelta(days=29, hours=23))], None),
        ([wish(hours=Hours.NIGHT)], Why.NOT_NOW),
        ([wish(), wish(hours=Hours.NIGHT)], Why.NOT_NOW),
        ([wish(about=None)], Why.NO_NUMBER),
        ([wish(said_at=SAID + timedelta(hours=1))], Why.NOT_ASKED),
    ],
)
def test_why_not(wishes: list[Wish], why: Why | None) -> None:
    answer = asked(wishes, SAID)
    assert (answer.why if isinstance(answer, Refused) else None) == why


@pytest.mark.parametrize(
    ("hours", "at", "opens"),
    [
        (Hours.EVENING, "2026-03-02 10:00", "2026-03-02 17:00"),
        (Hours.DAY, "2026-03-02 17:00", "2026-03-03 08:00"),
        (Hours.NIGHT, "2026-03-02 08:00", "2026-03-02 22:00"),
        (Hours.DAY, "2026-03-28 23:30", "2026-03-29 08:00"),
        (Hours.DAY, "2026-10-24 23:30", "2026-10-25 08:00"),
    ],
)
def test_outside_the_hours_the_answer_says_when_they_begin(hours: Hours, at: str, opens: str) -> None:
    said = clock(at) - timedelta(days=1)
    assert asked([wish(hours=hours, said_at=said)], clock(at)) == Refused(Why.NOT_NOW, clock(opens), hours)


@pytest.mark.parametrize(("night", "hours_long"), [("2026-03-29", 9), ("2026-10-25", 11), ("2026-03-02", 10)])
def test_the_night_is_as_long_as_the_clocks_make_it(night: str, hours_long: int) -> None:
    here = window(Hours.NIGHT, clock(f"{night} 01:30").astimezone(STOCKHOLM))
    assert here.ends == clock(f"{night} 08:00")
    assert here.ends - here.starts == timedelta(hours=hours_long)


def test_an_old_word_is_good_for_a_month_and_worth_asking_about_after_a_week() -> None:
    said = [wish()]
    assert not asked(said, SAID + timedelta(days=6, hours=23)).is_old
    assert asked(said, SAID + timedelta(days=7)).is_old
    assert asked(said, SAID + timedelta(days=30)) == Refused(Why.EXPIRED)


def test_two_attempts_fit_into_the_safe_hours_and_the_third_waits_for_the_next() -> None:
    said, noon = [wish(hours=Hours.DAY)], clock("2026-03-02 12:00")
    morning = clock("2026-03-02 10:05")
    assert asked(said, noon).left == 1
    assert asked(said, noon, tries=[morning]).left == 0
    both = asked(said, noon, tries=[morning, clock("2026-03-02 11:00")])
    assert both == Refused(Why.TOO_MANY, clock("2026-03-03 08:00"), Hours.DAY)
    yesterday = [morning - timedelta(days=1), noon - timedelta(days=1)]
    assert asked([wish(hours=Hours.DAY, said_at=SAID - timedelta(days=3))], noon, tries=yesterday).left == 1


def test_attempts_stand_apart() -> None:
    at = SAID + timedelta(hours=1)
    refused = asked([wish()], at, tries=[at - timedelta(minutes=14)])
    assert refused == Refused(Why.TOO_SOON, at + timedelta(minutes=1), Hours.ANY)
    assert isinstance(asked([wish()], at, tries=[at - timedelta(minutes=15)]), Permit)


def test_the_programme_says_how_many_and_how_far_apart() -> None:
    at = SAID + timedelta(hours=1)
    patient = Rules(attempts_per_window=1, spaced=timedelta(hours=2))
    assert asked([wish()], at, rules=patient).left == 0
    assert asked([wish()], at, tries=[at], rules=patient).why == Why.TOO_MANY


def test_a_voicemail_is_a_question_of_its_own() -> None:
    assert not asked([wish()], SAID).voicemail
    assert asked([wish(), wish("voicemail")], SAID).voicemail
    assert not asked([wish(), wish("voicemail", hours=Hours.NIGHT)], SAID).voicemail


def test_a_voicemail_is_agreed_to_for_one_number_and_not_for_the_next() -> None:
    agreed = wish("voicemail", about="number")
    assert not asked([wish(about="another"), agreed], SAID).voicemail
    assert not asked([wish(), agreed, wish("voicemail", about="another")], SAID).voicemail
    long_ago = SAID - timedelta(days=31)
    old = Wish("voicemail", True, Hours.ANY, long_ago, SAID + timedelta(days=60), "number")
    assert not asked([wish(), old], SAID).voicemail


def test_hours_that_never_end_do_not_end_at_midnight() -> None:
    midnight = clock("2026-03-03 00:00")
    permit = asked([wish()], midnight - timedelta(seconds=2))
    assert permit.until == midnight
    assert permit.arrives_by == SAID + timedelta(days=30)
    assert permit.holds(midnight)
    evening = asked([wish(), wish(hours=Hours.EVENING)], clock("2026-03-02 21:59"))
    assert evening.arrives_by == clock("2026-03-02 22:00")


def test_a_permit_is_for_now() -> None:
    permit = asked([wish(hours=Hours.DAY)], clock("2026-03-02 16:59:30"))
    assert permit.holds(clock("2026-03-02 16:59:59"))
    assert not permit.holds(clock("2026-03-02 17:00:00"))
    longer = asked([wish()], SAID)
    assert not longer.holds(SAID + HOLDS_FOR)
    assert not longer.holds(SAID - timedelta(seconds=1))


def test_nobody_else_can_make_a_permit() -> None:
    permit = asked([wish()], SAID)
    fields = {
        "channel": "call",
        "about": "x",
        "at": SAID,
        "until": SAID,
        "arrives_by": SAID,
        "hours": Hours.ANY,
        "left": 1,
        "voicemail": True,
        "is_old": False,
    }
    with pytest.raises(TypeError):
        Permit(**fields, issued=None)
    with pytest.raises((TypeError, ValueError)):
        replace(permit, until=SAID + timedelta(days=365))


def test_the_carrier_is_asked_to_call_or_text_in_three_places_and_only_one_of_them_reaches_a_person() -> None:
    asks = {
        str(module)
        for module in Path("app").rglob("*.py")
        if "simulator" not in module.parts
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("text", "call", "call_warily")
        and any(keyword.arg == "to" for keyword in node.keywords)
    }
    assert asks == {"app/cases/outside.py", "app/console/placing.py", "app/notifications/courier.py"}
