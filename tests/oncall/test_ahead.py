"""Who is rung in the days to come, worked out at once, is who would be rung at each moment of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.oncall import roster
from app.oncall.ahead import turns
from app.oncall.roster import Absence, Rota, StandIn, Swap
from app.programme.fields import Tier
from tests.oncall.test_roster import DAY, HOUR, STOCKHOLM, rotation, utc, weekly

ZERO = utc("2026-10-20 00:00")
"""The clocks change within the week."""

EVERYBODY = ("anna", "bo", "carin", "dag", "eva")
WHO = st.sampled_from(EVERYBODY)
WHEN = st.tuples(st.integers(-30, 160), st.integers(1, 60))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("away"), WHO, WHO, WHEN, st.sampled_from(Tier)),
        st.tuples(st.just("stands in"), WHO, WHO, WHEN, st.sampled_from(Tier)),
        st.tuples(st.just("swaps"), WHO, WHO, WHEN, st.sampled_from(Tier)),
    ),
    max_size=6,
)


def told(changes: list[tuple[str, str, str, tuple[int, int], Tier]]) -> Rota:
    stand_ins, swaps, absences = list[StandIn](), list[Swap](), list[Absence]()
    for n, (what, one, other, (starts, hours), tier) in enumerate(changes):
        span = ZERO + starts * HOUR, ZERO + (starts + hours) * HOUR
        made = ZERO - DAY + n * HOUR
        match what:
            case "away":
                absences.append(Absence(one, *span))
            case "stands in":
                stand_ins.append(StandIn(tier, one, *span, made))
            case _:
                swaps.append(Swap(tier, one, other, *span, made))
    rotations = (
        rotation("2026-10-19 08:00", DAY, "anna", "bo"),
        rotation("2026-10-19 20:00", 2 * DAY, "bo", "eva", tier=Tier.BACKUP),
    )
    return Rota(STOCKHOLM, rotations, tuple(stand_ins), tuple(swaps), tuple(absences))


def asked_at_that_moment(rota: Rota, chain: list[str], here: set[str], at) -> tuple[str, ...]:
    """As `duty` answers it."""
    gone = roster.away(rota, at=at)
    line = [alias for tier in Tier for alias in roster.holders(rota, tier, at=at) if alias in here]
    behind = [alias for alias in chain if alias in here]
    return tuple(dict.fromkeys(line + ([alias for alias in behind if alias not in gone] or behind)))


@given(CHANGES, st.lists(WHO, unique=True), st.sets(WHO, min_size=1), st.lists(st.integers(0, 7 * 96 - 1), min_size=3))
def test_each_moment_of_the_week_has_one_turn_and_its_order_is_what_would_be_answered_then(
    changes, chain, here, quarters
):
    rota = told(changes)
    week = turns(rota, chain, here, start=ZERO, end=ZERO + 7 * DAY)
    assert week[0].starts == ZERO
    assert week[-1].ends == ZERO + 7 * DAY
    assert all(one.ends == two.starts and one.order != two.order for one, two in pairwise(week))
    edges = [moment for turn in week for moment in (turn.starts, turn.ends - timedelta(microseconds=1))]
    for at in [*edges, *(ZERO + quarter * timedelta(minutes=15) for quarter in quarters)]:
        (turn,) = [turn for turn in week if turn.starts <= at < turn.ends]
        assert turn.order == asked_at_that_moment(rota, chain, here, at), at


def test_with_an_empty_roster_it_is_the_standing_chain_all_week():
    (turn,) = turns(Rota(STOCKHOLM, ()), ["carin", "dag"], EVERYBODY, start=ZERO, end=ZERO + DAY)
    assert turn.order == ("carin", "dag")


def test_a_turn_begins_when_the_rotation_says():
    week = turns(weekly("anna", "bo"), ["carin"], EVERYBODY, start=utc("2026-01-11 00:00"), end=utc("2026-01-13 00:00"))
    assert [(turn.order, turn.starts) for turn in week] == [
        (("anna", "carin"), utc("2026-01-11 00:00")),
        (("bo", "carin"), utc("2026-01-12 07:00")),
    ]
