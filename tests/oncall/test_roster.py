from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.oncall.roster import (
    Absence,
    Rota,
    StandIn,
    Swap,
    away,
    gaps,
    holders,
    holds_throughout,
    next_change,
    on_duty,
    stretches,
    unchanged_until,
)
from app.oncall.turns import instant
from app.programme.fields import Tier
from app.programme.schema import Rotation

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = timedelta(minutes=15)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotation(starts: str, turn: timedelta, *members: str, tier: Tier = Tier.ON_CALL) -> Rotation:
    return Rotation(tier=tier, members=members, starts=wall(starts), turn=turn)


def weekly(*members: str, tier: Tier = Tier.ON_CALL) -> Rota:
    return Rota(STOCKHOLM, (rotation("2026-01-05 08:00", 7 * DAY, *members, tier=tier),))


def stand_in(alias: str, starts: str, ends: str, made: str = "2026-01-01 00:00", tier: Tier = Tier.ON_CALL) -> StandIn:
    return StandIn(tier, alias, utc(starts), utc(ends), utc(made))


@pytest.mark.parametrize(
    ("at", "alias"),
    [
        ("2026-01-05 06:59:59", None),  # before the rotation starts
        ("2026-01-05 07:00:00", "anna"),
        ("2026-01-12 06:59:59", "anna"),
        ("2026-01-12 07:00:00", "bo"),
        ("2026-01-19 07:00:00", "fatima"),
        ("2026-01-26 07:00:00", "anna"),
        # the clocks go forward on Sunday 29 March: 08:00 is 06:00 UTC from then on
        ("2026-03-30 05:59:59", "fatima"),
        ("2026-03-30 06:00:00", "anna"),
        # and back on Sunday 25 October
        ("2026-10-26 06:59:59", "fatima"),
        ("2026-10-26 07:00:00", "anna"),
        # over the year's end, which falls in the middle of a turn
        ("2026-12-31 22:59:59", "anna"),
        ("2026-12-31 23:00:00", "anna"),
        ("2027-01-04 06:59:59", "anna"),
        ("2027-01-04 07:00:00", "bo"),
        # over 29 February
        ("2028-02-28 07:00:00", "bo"),
        ("2028-03-06 06:59:59", "bo"),
    ],
)
def test_weeks_change_hands_on_monday_at_eight_all_year(at, alias):
    assert on_duty(weekly("anna", "bo", "fatima"), Tier.ON_CALL, at=utc(at)) == alias


@pytest.mark.parametrize(
    ("at", "alias"),
    [
        ("2026-03-28 22:59:59", "bo"),
        ("2026-03-28 23:00:00", "anna"),  # Sunday the 29th, a day of 23 hours
        ("2026-03-29 21:59:59", "anna"),
        ("2026-03-29 22:00:00", "bo"),
        ("2026-10-24 22:00:00", "anna"),  # Sunday the 25th, a day of 25 hours
        ("2026-10-25 22:59:59", "anna"),
        ("2026-10-25 23:00:00", "bo"),
    ],
)
def test_a_days_turn_is_the_calendars_day_however_long(at, alias):
    starts = "2026-03-01 00:00" if at < "2026-06" else "2026-10-01 00:00"
    rota = Rota(STOCKHOLM, (rotation(starts, DAY, "anna", "bo"),))
    assert on_duty(rota, Tier.ON_CALL, at=utc(at)) == alias


@pytest.mark.parametrize(
    ("at", "alias"),
    [
        ("2026-10-25 00:29:59", "bo"),  # 02:29:59, the first time
        ("2026-10-25 00:30:00", "anna"),  # 02:30, the first time
        ("2026-10-25 01:00:00", "anna"),  # 02:00, the second time: nobody hands back
        ("2026-10-25 01:30:00", "anna"),
    ],
)
def test_a_handover_in_the_hour_that_comes_twice_happens_once(at, alias):
    rota = Rota(STOCKHOLM, (rotation("2026-10-01 02:30", DAY, "anna", "bo"),))
    assert on_duty(rota, Tier.ON_CALL, at=utc(at)) == alias


def test_a_handover_in_the_hour_that_is_left_out_happens_at_the_jump():
    rota = Rota(STOCKHOLM, (rotation("2026-03-28 02:30", DAY, "anna", "bo"),))
    assert on_duty(rota, Tier.ON_CALL, at=utc("2026-03-29 00:59:59")) == "anna"
    assert on_duty(rota, Tier.ON_CALL, at=utc("2026-03-29 01:00:00")) == "bo"


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-01-05 08:00", "2026-01-05 07:00"),
        ("2026-07-05 08:00", "2026-07-05 06:00"),
        ("2026-03-29 01:59", "2026-03-29 00:59"),
        ("2026-03-29 02:00", "2026-03-29 01:00"),
        ("2026-03-29 02:59", "2026-03-29 01:00"),
        ("2026-03-29 03:00", "2026-03-29 01:00"),
        ("2026-10-25 02:00", "2026-10-25 00:00"),
        ("2026-10-25 03:00", "2026-10-25 02:00"),
    ],
)
def test_a_wall_time_is_the_first_moment_the_clock_shows_it_or_later(local, moment):
    assert instant(wall(local), STOCKHOLM) == utc(moment)


def test_two_rotations_of_a_tier_put_two_people_on_it_in_the_files_order():
    days, nights = rotation("2026-01-05 08:00", DAY, "anna", "bo"), rotation("2026-01-05 08:00", 7 * DAY, "fatima")
    rota = Rota(STOCKHOLM, (days, nights))
    assert holders(rota, Tier.ON_CALL, at=utc("2026-01-06 12:00")) == ("bo", "fatima")
    assert holders(rota, Tier.BACKUP, at=utc("2026-01-06 12:00")) == ()


def test_somebody_in_two_rotations_holds_the_tier_once():
    rota = Rota(STOCKHOLM, 2 * (rotation("2026-01-05 08:00", DAY, "anna"),))
    assert holders(rota, Tier.ON_CALL, at=utc("2026-01-06 12:00")) == ("anna",)


@pytest.mark.parametrize(
    ("at", "alias"),
    [
        ("2026-01-06 17:59:59", "anna"),
        ("2026-01-06 18:00:00", "bo"),
        ("2026-01-06 20:00:00", "fatima"),  # made later than bo's
        ("2026-01-06 22:00:00", "bo"),
        ("2026-01-07 06:00:00", "anna"),
        ("2026-01-01 12:00:00", "dag"),  # before the rotation starts
    ],
)
def test_a_stand_in_wins_over_the_rotation_and_the_later_made_over_the_earlier(at, alias):
    stand_ins = (
        stand_in("fatima", "2026-01-06 20:00", "2026-01-06 22:00", made="2026-01-03 00:00"),
        stand_in("bo", "2026-01-06 18:00", "2026-01-07 06:00", made="2026-01-02 00:00"),
        stand_in("dag", "2026-01-01 00:00", "2026-01-02 00:00"),
        stand_in("eva", "2026-01-06 00:00", "2026-01-08 00:00", tier=Tier.BACKUP),
    )
    rota = Rota(STOCKHOLM, weekly("anna").rotations, stand_ins)
    assert on_duty(rota, Tier.ON_CALL, at=utc(at)) == alias


def test_the_next_change_is_the_next_time_that_others_hold_the_tier():
    rota = weekly("anna", "bo")
    assert next_change(rota, Tier.ON_CALL, at=utc("2026-01-01 12:00")) == utc("2026-01-05 07:00")
    assert next_change(rota, Tier.ON_CALL, at=utc("2026-01-05 07:00")) == utc("2026-01-12 07:00")
    assert next_change(rota, Tier.ON_CALL, at=utc("2026-03-25 12:00")) == utc("2026-03-30 06:00")


def test_turns_that_stay_with_the_same_person_are_no_change():
    assert next_change(weekly("anna", "anna", "bo"), Tier.ON_CALL, at=utc("2026-01-05 07:00")) == utc(
        "2026-01-19 07:00"
    )
    assert next_change(weekly("anna"), Tier.ON_CALL, at=utc("2026-01-05 07:00")) is None
    assert next_change(weekly("anna"), Tier.BACKUP, at=utc("2026-01-05 07:00")) is None


def test_a_stand_in_begins_and_ends_with_a_change():
    rota = Rota(STOCKHOLM, weekly("anna").rotations, (stand_in("bo", "2026-02-01 18:00", "2026-02-02 06:00"),))
    assert next_change(rota, Tier.ON_CALL, at=utc("2026-01-05 07:00")) == utc("2026-02-01 18:00")
    assert next_change(rota, Tier.ON_CALL, at=utc("2026-02-01 18:00")) == utc("2026-02-02 06:00")


def test_the_time_before_the_rotation_is_one_gap_except_for_who_stands_in():
    rota = Rota(STOCKHOLM, weekly("anna").rotations, (stand_in("bo", "2026-01-03 18:00", "2026-01-04 06:00"),))
    found = gaps(rota, Tier.ON_CALL, start=utc("2026-01-01 00:00"), end=utc("2026-01-08 00:00"))
    assert [(gap.starts, gap.ends) for gap in found] == [
        (utc("2026-01-01 00:00"), utc("2026-01-03 18:00")),
        (utc("2026-01-04 06:00"), utc("2026-01-05 07:00")),
    ]


def test_a_tier_without_a_rotation_is_one_long_gap():
    start, end = utc("2026-01-05 08:00"), utc("2026-01-12 08:00")
    (gap,) = gaps(weekly("anna"), Tier.BACKUP, start=start, end=end)
    assert (gap.starts, gap.ends) == (start, end)
    assert gaps(weekly("anna"), Tier.ON_CALL, start=start, end=end) == []
    assert gaps(weekly("anna"), Tier.BACKUP, start=start, end=start) == []


def swap(giver: str, taker: str, starts: str, ends: str, taken: str = "2026-01-01 00:00") -> Swap:
    return Swap(Tier.ON_CALL, giver, taker, utc(starts), utc(ends), utc(taken))


def absence(alias: str, starts: str, ends: str) -> Absence:
    return Absence(alias, utc(starts), utc(ends))


BOTH_TIERS = (
    rotation("2026-01-05 08:00", 7 * DAY, "anna", "bo", "fatima"),
    rotation("2026-01-05 08:00", 7 * DAY, "bo", "fatima", "anna", tier=Tier.BACKUP),
)


@pytest.mark.parametrize(
    ("at", "on_call", "backup"),
    [
        ("2026-01-06 17:59:59", "anna", "bo"),
        ("2026-01-06 18:00:00", "dag", "bo"),  # anna's evening, which dag took
        ("2026-01-06 22:00:00", "anna", "bo"),
        ("2026-01-08 00:00:00", "bo", "fatima"),  # anna is away: bo steps in, and does not back himself up
        ("2026-01-09 00:00:00", "bo", None),  # and so is fatima: nobody is left to back bo up
        ("2026-01-10 00:00:00", "anna", "bo"),
        ("2026-01-13 00:00:00", "fatima", "fatima"),  # bo gave her the day: she backs herself up by her own choice
        ("2026-01-14 00:00:00", "bo", "fatima"),
        ("2026-01-20 12:00:00", None, None),  # everybody is away
    ],
)
def test_swaps_and_absences_lie_on_top_of_the_turns(at, on_call, backup):
    rota = Rota(
        STOCKHOLM,
        BOTH_TIERS,
        swaps=(
            swap("anna", "dag", "2026-01-06 18:00", "2026-01-06 22:00"),
            swap("bo", "fatima", "2026-01-13 00:00", "2026-01-14 00:00"),
        ),
        absences=(
            absence("anna", "2026-01-08 00:00", "2026-01-10 00:00"),
            absence("fatima", "2026-01-09 00:00", "2026-01-10 00:00"),
            *(absence(alias, "2026-01-20 00:00", "2026-01-21 00:00") for alias in ("anna", "bo", "fatima")),
        ),
    )
    assert on_duty(rota, Tier.ON_CALL, at=utc(at)) == on_call
    assert on_duty(rota, Tier.BACKUP, at=utc(at)) == backup


def test_a_turn_that_was_swapped_can_be_swapped_on_and_back():
    evening = "2026-01-06 18:00", "2026-01-06 22:00"
    on = (
        swap("anna", "bo", *evening, taken="2026-01-02 00:00"),
        swap("bo", "fatima", *evening, taken="2026-01-03 00:00"),
    )
    back = swap("fatima", "anna", *evening, taken="2026-01-04 00:00")
    at = utc("2026-01-06 19:00")
    assert on_duty(Rota(STOCKHOLM, BOTH_TIERS, swaps=on), Tier.ON_CALL, at=at) == "fatima"
    assert on_duty(Rota(STOCKHOLM, BOTH_TIERS, swaps=(back, *on)), Tier.ON_CALL, at=at) == "anna"


def test_who_took_a_turn_and_is_away_leaves_it_to_the_next_and_only_then_to_the_giver():
    evening = "2026-01-06 18:00", "2026-01-06 22:00"
    taken, away = (swap("anna", "dag", *evening),), absence("dag", *evening)
    at = utc("2026-01-06 19:00")
    assert on_duty(Rota(STOCKHOLM, BOTH_TIERS, swaps=taken, absences=(away,)), Tier.ON_CALL, at=at) == "bo"
    others = absence("bo", *evening), absence("fatima", *evening)
    assert on_duty(Rota(STOCKHOLM, BOTH_TIERS, swaps=taken, absences=(away, *others)), Tier.ON_CALL, at=at) == "anna"


def test_a_stand_in_who_is_away_gives_the_turn_back_to_the_earlier_one_and_then_to_the_rotation():
    named = (
        stand_in("dag", "2026-01-06 18:00", "2026-01-06 22:00", made="2026-01-02 00:00"),
        stand_in("eva", "2026-01-06 18:00", "2026-01-06 22:00", made="2026-01-03 00:00"),
    )
    away = [absence(alias, "2026-01-06 18:00", "2026-01-06 22:00") for alias in ("eva", "dag")]
    found = [
        on_duty(Rota(STOCKHOLM, BOTH_TIERS, named, absences=tuple(away[:n])), Tier.ON_CALL, at=utc("2026-01-06 19:00"))
        for n in range(3)
    ]
    assert found == ["eva", "dag", "anna"]


@pytest.mark.parametrize(
    ("taken", "alias"),
    [("2026-01-01 00:00", "anna"), ("2026-01-02 00:00", "bo"), ("2026-01-03 00:00", "bo")],
)
def test_a_stand_in_holds_what_they_gave_away_before_they_were_put_in_and_not_what_they_gave_away_after(taken, alias):
    evening = "2026-01-06 18:00", "2026-01-06 22:00"
    rota = Rota(
        STOCKHOLM,
        BOTH_TIERS,
        (stand_in("anna", *evening, made="2026-01-02 00:00"),),
        (swap("anna", "bo", *evening, taken=taken),),
    )
    assert on_duty(rota, Tier.ON_CALL, at=utc("2026-01-06 19:00")) == alias


def test_only_what_is_held_from_beginning_to_end_is_held_throughout():
    rota = Rota(STOCKHOLM, BOTH_TIERS, (stand_in("dag", "2026-01-06 18:00", "2026-01-06 22:00"),))
    week = {"start": utc("2026-01-05 07:00"), "end": utc("2026-01-12 07:00")}
    assert holds_throughout(rota, Tier.BACKUP, "bo", **week)
    assert not holds_throughout(rota, Tier.ON_CALL, "anna", **week)
    assert holds_throughout(rota, Tier.ON_CALL, "anna", start=utc("2026-01-06 22:00"), end=week["end"])
    assert not holds_throughout(rota, Tier.ON_CALL, "anna", start=week["end"], end=week["end"])


def slowly(turns: Rotation, zone: ZoneInfo, at: datetime) -> str | None:
    """The obvious model: watch the clock on the wall, and hand over whenever it shows the time or a later one."""
    moment = (turns.starts - 2 * DAY).replace(tzinfo=UTC)
    handover, holder, turn = turns.starts, None, 0
    while moment <= at:
        while moment.astimezone(zone).replace(tzinfo=None) >= handover:
            holder = turns.members[turn % len(turns.members)]
            handover, turn = handover + turns.turn, turn + 1
        moment += QUARTER
    return holder


ZONES = st.sampled_from(["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
NEAR_A_CHANGE = st.sampled_from(
    ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-12-31", "2026-02-15"]
)


@st.composite
def rotations(draw) -> Rotation:
    """Turns of an hour to a week that begin some days before a night with 23 or 25 hours, on a quarter."""
    starts = wall(draw(NEAR_A_CHANGE)) - draw(st.integers(0, 5)) * DAY + draw(st.integers(0, 95)) * QUARTER
    turn = draw(st.one_of(st.integers(4, 96), st.sampled_from([96, 2 * 96, 7 * 96]))) * QUARTER
    members = draw(st.lists(st.sampled_from(["anna", "bo", "fatima"]), min_size=1, max_size=4))
    return Rotation(tier=Tier.ON_CALL, members=tuple(members), starts=starts, turn=turn)


@given(ZONES, rotations(), st.integers(0, 9 * 96))
def test_the_roster_says_what_somebody_watching_the_clock_would_say(zone, turns, quarters):
    at = (turns.starts - DAY).replace(tzinfo=UTC) + quarters * QUARTER
    rota = Rota(ZoneInfo(zone), (turns,))
    assert on_duty(rota, Tier.ON_CALL, at=at) == slowly(turns, ZoneInfo(zone), at)


@given(
    st.integers(-200, 400),
    st.integers(0, 400),
    st.lists(st.tuples(st.sampled_from(["dag", "eva"]), st.integers(-100, 300), st.integers(1, 50)), max_size=4),
    st.integers(0, 10**6),
)
def test_stretches_tile_the_time_and_agree_with_every_moment_in_it(begin, length, covers, pick):
    zero = utc("2026-10-20 00:00")
    stand_ins = tuple(
        StandIn(Tier.ON_CALL, alias, zero + starts * HOUR, zero + (starts + hours) * HOUR, zero + n * HOUR)
        for n, (alias, starts, hours) in enumerate(covers)
    )
    rota = Rota(STOCKHOLM, (rotation("2026-10-20 08:00", DAY, "anna", "bo"),), stand_ins)
    start, end = zero + begin * HOUR, zero + (begin + length) * HOUR
    found = stretches(rota, Tier.ON_CALL, start=start, end=end)
    assert sum((s.ends - s.starts for s in found), timedelta()) == end - start
    assert all(a.ends == b.starts and a.holders != b.holders for a, b in pairwise(found))
    moment = start + timedelta(seconds=pick % max(int((end - start).total_seconds()), 1))
    told = [s.holders for s in found if s.starts <= moment < s.ends]
    assert told == ([holders(rota, Tier.ON_CALL, at=moment)] if moment < end else [])


PEOPLE = ["anna", "bo", "fatima", "dag"]
NIGHT = utc("2026-10-24 12:00")
"""Noon before a night of 25 hours."""

SPANS = st.tuples(st.integers(0, 30), st.integers(1, 12))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("away"), st.sampled_from(PEOPLE), SPANS),
        st.tuples(st.just("stands in"), st.sampled_from(PEOPLE), SPANS),
        st.tuples(st.just("swap"), st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), SPANS),
    ),
    max_size=6,
)


def told(changes) -> Rota:
    """The rota with these changes, made one after another."""

    def span(hours):
        return NIGHT + hours[0] * HOUR, NIGHT + (hours[0] + hours[1]) * HOUR

    made = [(kind, what, *span(hours), NIGHT - DAY + n * HOUR) for n, (kind, what, hours) in enumerate(changes)]
    return Rota(
        STOCKHOLM,
        (
            rotation("2026-10-20 20:00", DAY / 2, "anna", "bo", "fatima"),
            rotation("2026-10-20 02:30", DAY, "dag", "bo"),
            rotation("2026-10-20 08:00", DAY, "bo", "fatima", "anna", tier=Tier.BACKUP),
        ),
        stand_ins=tuple(StandIn(Tier.ON_CALL, who, a, b, at) for kind, who, a, b, at in made if kind == "stands in"),
        swaps=tuple(Swap(Tier.ON_CALL, *pair, a, b, at) for kind, pair, a, b, at in made if kind == "swap"),
        absences=tuple(Absence(who, a, b) for kind, who, a, b, at in made if kind == "away"),
    )


class AskingAround:
    """The obvious model: somebody with the plan, the notes and a telephone, who asks one after another at a moment."""

    def __init__(self, rota: Rota, changes: list, tier: Tier, at: datetime) -> None:
        self.rota, self.changes, self.tier, self.at = rota, changes, tier, at
        hour = int((at - NIGHT) / HOUR)
        self.notes = [(kind, what) for kind, what, (starts, lasts) in changes if starts <= hour < starts + lasts]
        self.gone = [who for kind, who in self.notes if kind == "away"]

    def holders(self) -> tuple[str, ...]:
        for n, (kind, who) in reversed([*enumerate(self.notes)]):
            named = kind == "stands in" and self.tier == Tier.ON_CALL
            if named and (there := self.first_there([who], self.gone, self.notes[n:])):
                return (there,)
        return self.by_the_plan([*self.gone, *self.who_steps_in()])

    def by_the_plan(self, missing: list[str]) -> tuple[str, ...]:
        found = []
        for turns in (each for each in self.rota.rotations if each.tier == self.tier):
            whose = turns.members.index(slowly(turns, STOCKHOLM, self.at))
            found.append(self.first_there([*turns.members[whose:], *turns.members[:whose]], missing, self.notes))
        return tuple(who for n, who in enumerate(found) if who and who not in found[:n])

    def first_there(self, line: list[str], missing: list[str], notes: list) -> str | None:
        there = [who for who in [*(self.after_swaps(who, notes) for who in line), *line] if who not in missing]
        return there[0] if there else None

    def after_swaps(self, who: str, notes: list) -> str:
        for kind, pair in notes:
            if kind == "swap" and self.tier == Tier.ON_CALL and pair[0] == who:
                who = pair[1]
        return who

    def who_steps_in(self) -> set[str]:
        if self.tier == Tier.ON_CALL or not self.gone:
            return set()
        if_all_were_here = [change for change in self.changes if change[0] != "away"]
        now = AskingAround(self.rota, self.changes, Tier.ON_CALL, self.at).holders()
        return {*now}.difference(AskingAround(self.rota, if_all_were_here, Tier.ON_CALL, self.at).holders())


@given(CHANGES, st.sampled_from(Tier), st.integers(0, 4 * 44))
@example([("swap", ("anna", "bo"), (0, 9)), ("stands in", "anna", (0, 9))], Tier.ON_CALL, 4)
def test_swaps_stand_ins_and_absences_are_what_somebody_asking_around_would_find(changes, tier, quarters):
    rota, at = told(changes), NIGHT + quarters * QUARTER
    assert holders(rota, tier, at=at) == AskingAround(rota, changes, tier, at).holders()


@given(CHANGES, st.sampled_from(Tier), st.integers(0, 4 * 44))
def test_whatever_is_changed_the_stretches_agree_with_every_moment(changes, tier, quarters):
    rota, end = told(changes), NIGHT + 44 * HOUR
    found = stretches(rota, tier, start=NIGHT, end=end)
    assert sum((s.ends - s.starts for s in found), timedelta()) == end - NIGHT
    moment = NIGHT + quarters * QUARTER
    (there,) = [s for s in found if s.starts <= moment < s.ends] or [None] if moment < end else [None]
    assert there is None or there.holders == holders(rota, tier, at=moment)
    change = next_change(rota, tier, at=NIGHT)
    assert change == (found[0].ends if len(found) > 1 else change)


@given(CHANGES, st.integers(0, 4 * 44), st.integers(0, 4 * 5))
def test_whoever_is_told_until_when_nothing_changes_finds_the_same_people_until_then(changes, quarters, later):
    rota, at = told(changes), NIGHT + quarters * QUARTER
    until = unchanged_until(rota, at=at, most=5 * HOUR)
    moment = min(at + later * QUARTER, until - timedelta(microseconds=1))
    assert at < until <= at + 5 * HOUR
    assert away(rota, at=moment) == away(rota, at=at)
    assert all(holders(rota, tier, at=moment) == holders(rota, tier, at=at) for tier in Tier)
