"""Now: the only module that may look at the wall.

Everything else is told the time. A moment is always an aware `datetime` in UTC; local time exists
only in the programme file and on pages.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    speed: float
    """Clock seconds that pass in one second on the wall."""

    def now(self) -> datetime:
        """The present moment, in UTC."""


class WallClock:
    """The computer's own clock, the one used in earnest."""

    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class FastClock:
    """A clock for the demo that runs `speed` times as fast as the wall, from `start` on.

    Two readings never go backwards, also when the wall is set back: it counts on the monotonic clock.
    """

    def __init__(self, *, speed: float, start: datetime) -> None:
        self.speed = speed
        self._start = start
        self._zero = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)


def wall_in(seconds: float) -> datetime:
    """The wall's time so many real seconds from now: for the scheduler, which lives on the wall."""
    return datetime.now(UTC) + timedelta(seconds=max(seconds, 0.0))
