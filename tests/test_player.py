"""A part is played at once when nudged, at its own moment, at every beat; it survives its mistakes, and is watched."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from app.player import Player

SOON = 30.0


class Part:
    """Something to play, that notes when it was."""

    def __init__(self, pause: float | None = None, *, fails: int = 0) -> None:
        self.played: list[float] = []
        self.pause = pause
        self.fails = fails
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self) -> float | None:
        self.played.append(time.monotonic())
        assert self.may_go_on.wait(SOON)
        if len(self.played) <= self.fails:
            raise RuntimeError("a database that is away")
        return self.pause


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def test_it_is_played_at_the_start_and_then_at_the_moment_it_asked_for() -> None:
    part = Part(pause=0.05)
    playing = Player("play", part)
    playing.start()
    until(lambda: len(part.played) >= 4)
    playing.stop()
    assert all(later - sooner >= 0.045 for sooner, later in zip(part.played, part.played[1:], strict=False))


def test_a_nudge_is_heard_at_once_and_one_in_the_middle_of_a_turn_is_not_lost() -> None:
    part = Part()
    part.may_go_on.clear()
    playing = Player("play", part)
    playing.start()
    until(lambda: len(part.played) == 1)
    playing.nudge()
    part.may_go_on.set()
    until(lambda: len(part.played) == 2)
    time.sleep(0.05)
    assert len(part.played) == 2, "one nudge, one more turn"
    playing.beat()
    until(lambda: len(part.played) == 3)
    playing.stop()


def test_a_turn_that_fails_is_said_aloud_and_the_next_beat_tries_again(caplog: pytest.LogCaptureFixture) -> None:
    part = Part(fails=1)
    playing = Player("play", part)
    with caplog.at_level(logging.ERROR):
        playing.start()
        until(lambda: "a tick failed" in caplog.text)
    playing.beat()
    until(lambda: len(part.played) == 2)
    playing.stop()


def test_a_turn_that_hangs_is_said_aloud(caplog: pytest.LogCaptureFixture) -> None:
    part = Part()
    part.may_go_on.clear()
    playing = Player("play", part, slow_after=0.05)
    playing.start()
    until(lambda: len(part.played) == 1)
    time.sleep(0.07)
    with caplog.at_level(logging.WARNING):
        playing.beat()
        playing.beat()
    assert playing.lasted >= 0.05
    assert caplog.text.count("slow, or stuck") == 1, "once for each such while"
    part.may_go_on.set()
    playing.stop()
