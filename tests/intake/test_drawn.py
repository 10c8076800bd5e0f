"""A form says when it was drawn by our word alone, and pays its way past a line once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.drawn import READS_FOR, drawn_at, in_haste, mark
from app.intake.riddle import HOLDS_FOR, Spent, is_solved

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY, OLDER = b"k" * 32, b"o" * 32


def solved(form: str) -> str:
    return next(str(number) for number in count() if is_solved(form, str(number)))


def test_a_mark_says_its_moment_under_a_key_of_any_generation_and_no_two_are_the_same() -> None:
    form = mark(OLDER, at=NOON)

    assert drawn_at([KEY, OLDER], form) == NOON
    assert drawn_at([KEY], form) is None
    assert form != mark(OLDER, at=NOON)


@given(st.text(max_size=120) | st.from_regex(r"[A-Za-z0-9_-]{43}\.[0-9a-f]{8}\.[0-9a-f]{32}", fullmatch=True))
def test_no_mark_is_believed_that_we_did_not_make(form: str) -> None:
    assert drawn_at([KEY], form) is None


def test_an_earlier_moment_cannot_be_written_into_a_mark() -> None:
    nonce, _, word = mark(KEY, at=NOON).split(".")

    assert drawn_at([KEY], f"{nonce}.{int(NOON.timestamp()) - 60:08x}.{word}") is None


@pytest.mark.parametrize(
    ("drawn", "hasty"), [(None, True), (NOON, True), (NOON - READS_FOR, False), (NOON + READS_FOR, False)]
)
def test_what_comes_back_faster_than_anybody_reads_was_read_by_nobody(drawn: datetime | None, hasty: bool) -> None:
    assert in_haste(drawn, at=NOON) is hasty


def test_a_form_pays_its_way_once_in_time_and_with_the_right_answer() -> None:
    spent, form = Spent(), mark(KEY, at=NOON)
    answer = solved(form)

    assert not spent.admits(form, "", drawn=NOON, at=NOON)
    assert not spent.admits(form, str(int(answer) + 1), drawn=NOON, at=NOON)
    assert not spent.admits(form, answer, drawn=None, at=NOON)
    assert not spent.admits(form, answer, drawn=NOON, at=NOON + HOLDS_FOR + timedelta(seconds=1))
    assert spent.admits(form, answer, drawn=NOON, at=NOON + HOLDS_FOR)
    assert not spent.admits(form, answer, drawn=NOON, at=NOON)


@given(st.text(max_size=30))
def test_an_answer_that_is_no_number_is_no_answer(answer: str) -> None:
    assert not is_solved("a form", answer) or (answer.isascii() and answer.isdecimal())
