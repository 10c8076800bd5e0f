"""One module looks at the wall; everybody else is told the time, and it never runs backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.clock import FastClock, WallClock, wall_in

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_the_wall_is_read_in_utc() -> None:
    with time_machine.travel(START, tick=False):
        assert WallClock().now() == START
    assert WallClock().now().utcoffset() == timedelta()
    assert WallClock.speed == 1.0


@pytest.mark.parametrize("speed", [1.0, 60.0, 600.0, 86400.0])
def test_a_fast_clock_runs_so_many_times_as_fast(speed: float) -> None:
    clock = FastClock(speed=speed, start=START)
    before, began = time.monotonic(), clock.now()
    within = time.monotonic()
    time.sleep(0.02)
    without, ended = time.monotonic(), clock.now()
    after = time.monotonic()

    passed = (ended - began).total_seconds() / speed
    assert without - within - 1e-6 <= passed <= after - before + 1e-6


def test_a_fast_clock_begins_where_it_is_told_to() -> None:
    assert abs(FastClock(speed=1, start=START).now() - START) < timedelta(seconds=1)


def test_a_fast_clock_does_not_go_backwards_when_the_wall_is_set_back() -> None:
    clock = FastClock(speed=600, start=START)
    readings = [clock.now()]
    for back in (1, 3600, 86400):
        with time_machine.travel(START - timedelta(seconds=back)):
            readings.append(clock.now())
    readings.append(clock.now())

    assert readings == sorted(readings)


def test_the_scheduler_is_never_told_a_moment_in_the_past() -> None:
    with time_machine.travel(START, tick=False):
        assert wall_in(-5) == START
        assert wall_in(2.5) == START + timedelta(seconds=2.5)
