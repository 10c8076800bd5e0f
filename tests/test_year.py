"""A few days of a programme around a night on which the clocks change: what the whole year has, and little of it.

The whole year: `python -m bench.year`.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.cases.facts import Approach, Permission
from app.db import Database
from app.escalation import engine
from bench.year import stretches
from bench.year.bad_days import Outage
from bench.year.house import House
from bench.year.life import Life
from bench.year.one_thread import in_one_thread
from bench.year.play import play
from bench.year.programme import LEAVES_THE_STAFF, STAFF, programme
from bench.year.promises import every_approach_counts_once
from bench.year.report import report
from bench.year.stretches import Progress, Stretch, live_at_once
from bench.year.tally import Tally, tally_of, together
from bench.year.watcher import Broken, Watcher
from bench.year.wire import Door
from tests.calling import talking, who_has, who_may_be_called
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, WITHOUT_ANNA

SPRING = datetime(2026, 3, 28, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("db", "days", "cases"), [("sqlite", 2, 12), ("postgresql", 1, 4)], indirect=["db"], ids=["sqlite", "postgresql"]
)
def test_over_the_night_on_which_the_clocks_change_every_promise_holds(
    db: Database, days: int, cases: int, tmp_path: Path
):
    life = Life(House(db, tmp_path), seed=1, cases=cases, start=SPRING, days=days)

    play(life)

    told = report(tally_of(life))
    assert "within 24 h" in told, told
    assert life.watcher.looks >= days
    assert life.callers.came["form"] or days == 1, told


def test_a_form_that_is_answered_with_anything_but_a_receipt_breaks_a_promise(db: Database):
    house = cast(House, SimpleNamespace(came_in=set(), forms=Counter({500: 1})))

    with db.reading() as session:
        (problem, _case), *others = every_approach_counts_once(session, house, [])

    assert "500" in problem
    assert not others


@ON_ONE_DATABASE
def test_who_has_left_the_staff_and_texts_has_come_as_anybody_else_and_who_is_back_has_not(
    db: Database, tmp_path: Path
):
    house, number = House(db, tmp_path), STAFF[LEAVES_THE_STAFF]
    with in_one_thread():
        for without in ((), (LEAVES_THE_STAFF,), ()):
            house.apply(programme(without=without))
            house.text_from(number, "STOP")
            house.pass_until(house.now + timedelta(minutes=1))

    with db.reading() as session:
        assert len(house.came_in) == len(session.scalars(select(Approach)).all()) == 1
        assert not list(every_approach_counts_once(session, house, []))


@ON_ONE_DATABASE
def test_whoever_was_called_had_allowed_it_at_the_next_look_and_what_they_allowed_may_be_forgotten_later(
    hotline: Hotline,
):
    watcher, late = (Watcher(cast(House, hotline), []) for _ in range(2))
    who_may_be_called(hotline)
    talking(hotline, who_has(hotline))

    hotline.fast_forward(seconds=1)
    watcher.look()
    with hotline.db.transaction() as session:
        session.execute(delete(Permission))
    watcher.look()
    with pytest.raises(Broken, match="had not allowed it"):
        late.look()


@pytest.fixture
def left_by_anna(hotline: Hotline) -> Hotline:
    """She has left the staff, and had a case."""
    hotline.text_from(A_STRANGER, "hej")
    hotline.work()
    hotline.apply(WITHOUT_ANNA)
    return hotline


@ON_ONE_DATABASE
def test_the_case_of_somebody_who_left_goes_on_with_the_next_errand(left_by_anna: Hotline):
    watcher = Watcher(cast(House, left_by_anna), [])

    watcher.look()
    engine.adopt_orphans(left_by_anna.db, at=left_by_anna.now)
    left_by_anna.fast_forward(minutes=61)
    watcher.look()


@ON_ONE_DATABASE
def test_a_case_that_is_left_alone_for_an_hour_breaks_a_promise_unless_there_was_no_engine(left_by_anna: Hotline):
    left_by_anna.wait_until(left_by_anna.now + timedelta(minutes=61))
    an_outage = Outage("the engine is down", left_by_anna.now - timedelta(minutes=5), left_by_anna.now)

    with pytest.raises(Broken, match="nobody is responsible"):
        Watcher(cast(House, left_by_anna), []).look()
    with pytest.raises(Broken, match="was to be looked at by"):
        Watcher(cast(House, left_by_anna), [an_outage]).look()
    left_by_anna.kill_the_engine()
    Watcher(cast(House, left_by_anna), []).look()


def test_what_a_request_waits_for_in_an_orderly_way_is_waited_for_in_one_thread():
    app = FastAPI()
    told: list[str] = []

    async def in_line() -> AsyncIterator[None]:
        told.append("comes")
        yield
        told.append("goes")

    @app.get("/", dependencies=[Depends(in_line)])
    def answer() -> str:
        told.append("is answered")
        return "yes"

    with in_one_thread():
        answered = Door(app).ask("GET", "https://example.org/", b"", {})

    assert (answered.status, answered.text) == (200, '"yes"')
    assert told == ["comes", "is answered", "goes"]


@given(days=st.integers(1, 400), cases=st.integers(0, 30_000), into=st.integers(1, 12))
def test_stretches_follow_on_one_another_and_hold_the_whole_year(days: int, cases: int, into: int):
    stretches = Stretch(seed=1, cases=cases, start=SPRING, days=days).cut(into)

    ends = [each.start + timedelta(days=each.days) for each in stretches]
    assert [each.start for each in stretches] == [SPRING, *ends[:-1]]
    assert ends[-1] == SPRING + timedelta(days=days)
    assert sum(each.cases for each in stretches) == cases
    assert all(each.days for each in stretches)


def test_what_is_counted_of_stretches_is_added_and_the_latest_step_of_all_is_the_latest():
    parts = [
        Tally(cases=2, late_while_up_ms=3, late_ms=[1, 3], pages=Counter({("anna", "2026-03-28"): 1})),
        Tally(cases=5, late_while_up_ms=1, late_ms=[1], pages=Counter({("anna", "2026-03-28"): 4})),
    ]

    whole = together(parts)

    assert (whole.cases, whole.late_while_up_ms, whole.late_ms) == (7, 3, [1, 3, 1])
    assert whole.pages == {("anna", "2026-03-28"): 5}
    assert parts[0].cases == 2


def counted(stretch: Stretch, tell: Callable[[Progress], None]) -> Tally:
    """Stands for living a stretch: what happens depends on its cases."""
    tell(Progress(stretch.nth, 1.0, stretch.cases))
    if stretch.cases == 13:
        raise Broken("a promise")
    if stretch.cases == 14:
        sys.exit(3)
    if stretch.cases == 15:
        _does_not_hear_the_first_time(tell)
    return Tally(cases=stretch.cases)


def _does_not_hear_the_first_time(tell: Callable[[Progress], None]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    tell(Progress(0, 0.5, 1))
    time.sleep(600)


def at_once(*cases: int, tell: Callable[[Progress], Any] = lambda _far: None) -> list[Tally]:
    stretches = [Stretch(1, count, SPRING, 1, nth=nth, of=len(cases)) for nth, count in enumerate(cases)]
    return live_at_once(stretches, tell, living=counted)


def test_stretches_that_are_lived_at_once_are_told_of_in_their_order():
    far: list[Progress] = []

    tallies = at_once(2, 3, tell=far.append)

    assert [tally.cases for tally in tallies] == [2, 3]
    assert sorted(each.came for each in far) == [2, 3]


@pytest.mark.parametrize(("ends", "says"), [(13, "a promise"), (14, "status 3")])
def test_a_stretch_that_breaks_ends_all_of_them(ends: int, says: str):
    with pytest.raises((Broken, RuntimeError), match=says):
        at_once(2, ends)


def test_a_stretch_that_does_not_hear_that_it_is_to_end_is_told_again(monkeypatch: pytest.MonkeyPatch):
    def enough(_far: Progress) -> None:
        raise Broken("a promise")

    monkeypatch.setattr(stretches, "_CLEARS_UP_WITHIN", 0.5)
    with pytest.raises(Broken):
        at_once(15, tell=enough)

    assert not multiprocessing.active_children()
