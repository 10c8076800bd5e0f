"""The ladders: every step in its order, every repeat in its turn, nothing twice, nothing forgotten after an outage."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.escalation.policy import (
    Due,
    Ladder,
    Policy,
    Step,
    caught_up,
    first,
    from_json,
    hurried,
    taken,
    to_json,
    upcoming,
    without_ladder,
)

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

seconds = st.integers(0, 7200).map(lambda n: timedelta(seconds=n))
steps = st.builds(
    Step,
    after=seconds,
    page=st.just(("on-call",)),
    by=st.just(("sms",)),
    repeat=st.none() | st.integers(60, 3600).map(lambda n: timedelta(seconds=n)),
)
rungs = st.lists(steps, min_size=1, max_size=4).map(tuple)
before = st.builds(lambda step: Step(-step.after, step.page, step.by, step.repeat), steps)
policies = st.builds(
    Policy, untaken=rungs, acute=rungs, uncontacted=st.lists(before, max_size=3).map(tuple), grace=seconds
)


def ladder(*rows: tuple[int, int | None]) -> Policy:
    """Steps as minutes after the start, and minutes between repeats."""
    untaken = tuple(
        Step(after * MINUTE, ("on-call",), ("sms",), repeat * MINUTE if repeat else None) for after, repeat in rows
    )
    return Policy(untaken=untaken, acute=(), uncontacted=(), grace=timedelta(hours=2))


@pytest.mark.parametrize(
    ("position", "minutes", "label"),
    [
        ({}, 0, "untaken.0.0"),
        ({"untaken.0": 1}, 5, "untaken.1.0"),
        ({"untaken.0": 1, "untaken.1": 1}, 15, "untaken.1.1"),
        ({"untaken.0": 1, "untaken.1": 2}, 25, "untaken.1.2"),
        ({"untaken.0": 1, "untaken.1": 3}, 30, "untaken.2.0"),
        ({"untaken.0": 1, "untaken.1": 3, "untaken.2": 1}, 35, "untaken.1.3"),
        ({"acute.0": 9}, 0, "untaken.0.0"),
    ],
)
def test_the_next_step_is_the_earliest_that_was_not_taken(position: dict[str, int], minutes: int, label: str) -> None:
    due = upcoming(ladder((0, None), (5, 10), (30, None)), Ladder.UNTAKEN, position, start=START)

    assert due
    assert (due.at, due.label) == (START + minutes * MINUTE, label)


def test_a_ladder_without_repeats_comes_to_an_end() -> None:
    assert upcoming(ladder((0, None)), Ladder.UNTAKEN, {"untaken.0": 1}, start=START) is None
    assert upcoming(ladder(), Ladder.UNTAKEN, {}, start=START) is None


def test_of_two_steps_at_one_moment_the_one_further_up_in_the_file_comes_first() -> None:
    due = upcoming(ladder((5, None), (5, None)), Ladder.UNTAKEN, {}, start=START)

    assert due
    assert due.label == "untaken.0.0"


def test_at_one_moment_the_untaken_ladder_comes_before_the_deadlines() -> None:
    late, early = Due(START, Ladder.UNCONTACTED, 0, 0), Due(START, Ladder.UNTAKEN, 3, 0)

    assert first((late, None, early)) is early
    assert first((None, None)) is None


@pytest.mark.parametrize(
    ("woke_after", "turn", "missed"), [(0, 0, 0), (9, 0, 0), (10, 1, 1), (125, 12, 12), (129, 12, 12)]
)
def test_after_an_outage_missed_repeats_are_one_page(woke_after: int, turn: int, missed: int) -> None:
    policy = ladder((0, 10))
    due = upcoming(policy, Ladder.UNTAKEN, {}, start=START)
    assert due
    caught = caught_up(policy, due, at=START + woke_after * MINUTE)

    assert (caught.turn, caught.missed, caught.at) == (turn, missed, START + turn * 10 * MINUTE)


def test_a_page_that_got_nowhere_moves_on_to_the_next_fresh_step_and_to_no_repeat() -> None:
    policy = ladder((0, None), (5, 10), (30, None))

    assert hurried(policy, Ladder.UNTAKEN, {"untaken.0": 1}, start=START).label == "untaken.1.0"
    assert hurried(policy, Ladder.UNTAKEN, {"untaken.0": 1, "untaken.1": 4}, start=START).label == "untaken.2.0"
    assert hurried(policy, Ladder.UNTAKEN, {f"untaken.{n}": 1 for n in range(3)}, start=START) is None


@given(policies)
def test_a_frozen_policy_thaws_unchanged(policy: Policy) -> None:
    assert from_json(to_json(policy)) == policy
    assert to_json(from_json(to_json(policy))) == to_json(policy)


@given(policies, st.lists(st.integers(1, 3600), min_size=1, max_size=25))
def test_whenever_the_engine_wakes_every_step_is_taken_once_and_in_order(policy: Policy, naps: list[int]) -> None:
    now, position, done = START, {}, []
    for nap in naps:
        now += timedelta(seconds=nap)
        while (due := upcoming(policy, Ladder.UNTAKEN, position, start=START)) and due.at <= now:
            due = caught_up(policy, due, at=now)
            done.append(due)
            position = taken(position, due)

    assert len({due.label for due in done}) == len(done)
    for index, step in enumerate(policy.untaken):
        turns = [due for due in done if due.index == index]
        passed = now - START - step.after
        fell_due = 0 if passed < timedelta() else passed // step.repeat + 1 if step.repeat else 1
        assert sum(1 + due.missed for due in turns) == fell_due, "each repeat was taken, or stands in a later one"
        assert [due.turn for due in turns] == sorted(due.turn for due in turns)
        assert all(due.at == START + step.after + due.turn * (step.repeat or timedelta()) for due in turns)


@given(policies, st.integers(1, 3600))
def test_waking_for_each_step_by_itself_takes_them_in_the_order_of_their_moments(policy: Policy, count: int) -> None:
    position, moments = {}, []
    for _ in range(min(count, 30)):
        due = upcoming(policy, Ladder.UNTAKEN, position, start=START)
        if due is None:
            break
        moments.append(due.at)
        position = taken(position, due)

    assert moments == sorted(moments)


@given(policies, st.dictionaries(st.sampled_from(["untaken.0", "untaken.1", "acute.0", "uncontacted.0"]), st.just(1)))
def test_a_ladder_begun_again_leaves_the_others_where_they_were(policy: Policy, position: dict[str, int]) -> None:
    again = without_ladder(position, Ladder.UNTAKEN)

    assert again == {step: count for step, count in position.items() if not step.startswith("untaken")}
    assert upcoming(policy, Ladder.UNTAKEN, again, start=START) == upcoming(policy, Ladder.UNTAKEN, {}, start=START)


def test_positions_are_plain_enough_to_be_kept_as_json() -> None:
    position = taken({}, Due(START, Ladder.ACUTE, 1, 4))

    assert json.loads(json.dumps(position)) == position == {"acute.1": 5}
