"""Receipts can be tried as fast as a person types, and no faster; and nobody is locked out by whoever guesses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.intake.mailbox_pace import FREE, LONGEST_WAIT, WINDOW, Pace


def test_a_person_who_mistypes_waits_for_nothing_and_a_guesser_more_and_more_up_to_a_few_seconds() -> None:
    pace = Pace()

    waits = [pace.begin(7, at=0.0) for _ in range(FREE + 8)]
    assert waits == [0.0] * FREE + [1.0, 2.0, 3.0, 4.0, *[LONGEST_WAIT] * 4]
    assert pace.begin(8, at=0.0) == 0.0, "another place is not slowed"


def test_a_receipt_that_opens_its_mailbox_does_not_count() -> None:
    pace = Pace()
    for _ in range(FREE * 3):
        assert pace.begin(7, at=0.0) == 0.0
        pace.give_back(7)


def test_a_quarter_of_an_hour_later_nothing_is_remembered() -> None:
    pace = Pace()
    for _ in range(FREE * 2):
        pace.begin(7, at=0.0)

    assert pace.begin(7, at=WINDOW - 1) > 0.0
    assert pace.begin(7, at=WINDOW) == 0.0
    pace.give_back(9)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 2000.0)), max_size=80))
def test_nobody_ever_waits_longer_than_that(tries: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    for place, later in tries:
        now += later / 100
        assert 0.0 <= pace.begin(place, at=now) <= LONGEST_WAIT
