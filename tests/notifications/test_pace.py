"""Calls go out no faster than the carrier places them, the most urgent first, and pages before everything else."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.notifications import outbox, pace
from app.notifications.models import Notification, Priority
from tests.notifications.test_outbox import write
from tests.people import MONDAY

SECOND = timedelta(seconds=1)


def calls(session: Session, count: int, *, priority: Priority = Priority.PAGE, name: str = "call") -> None:
    for number in range(count):
        write(session, f"{name} {number}", channel="call", priority=priority)


def claimed(session: Session, *, after: timedelta = timedelta(), limit: int = 100) -> list[Notification]:
    rows = outbox.claim(session, at=MONDAY + after, limit=limit)
    session.flush()
    return rows


def test_a_handful_goes_at_once_and_then_one_a_second(session: Session) -> None:
    calls(session, pace.AHEAD + 3)

    assert len(claimed(session)) == pace.AHEAD
    assert claimed(session) == []
    assert len(claimed(session, after=SECOND)) == 1
    assert len(claimed(session, after=3 * SECOND)) == 2


def test_texts_do_not_wait_for_calls(session: Session) -> None:
    calls(session, pace.AHEAD + 5)
    write(session, "text")
    claimed(session)
    write(session, "another text")

    assert [row.key for row in claimed(session)] == ["another text"]


def test_a_first_page_that_comes_now_goes_before_the_calls_that_wait(session: Session) -> None:
    calls(session, pace.AHEAD + 5)
    claimed(session)
    calls(session, 1, priority=Priority.FIRST_PAGE, name="first")

    assert [row.key for row in claimed(session, after=SECOND)] == ["first 0"]


def test_the_outbox_knows_when_the_next_call_may_go(session: Session) -> None:
    calls(session, pace.AHEAD + 1)
    claimed(session)

    assert outbox.next_to_send(session) == MONDAY + SECOND


def test_a_call_that_is_no_page_waits_for_every_page(session: Session) -> None:
    assert pace.take_turn(session, at=MONDAY)
    calls(session, 1)
    assert not pace.take_turn(session, at=MONDAY)
    claimed(session)
    assert pace.take_turn(session, at=MONDAY)


def test_a_call_that_is_no_page_keeps_the_pace_too(session: Session) -> None:
    taken = [pace.take_turn(session, at=MONDAY) for _ in range(pace.AHEAD + 2)]

    assert taken == [True] * pace.AHEAD + [False] * 2


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.floats(0, 5), min_size=1, max_size=30))
def test_never_more_than_the_seconds_that_have_passed_and_a_handful(session: Session, gaps: list[float]) -> None:
    kept, at, went = session.begin_nested(), MONDAY, 0
    for gap in gaps:
        at += timedelta(seconds=gap)
        free = pace.free(session, at=at)
        pace.spend(session, free, at=at)
        went += free
        assert went <= pace.AHEAD + (at - MONDAY) / SECOND
    kept.rollback()
