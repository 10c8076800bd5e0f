"""What ticks: jobs at their intervals, each at most once at a time, none of them ever missed for good.

APScheduler only ticks. A job that comes late, twice or not at all loses nothing, because what is due stands in rows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from app.clock import wall_in
from app.logs import Log
from app.postgres import is_away

_FOREVER_AND_ONCE: Final = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
_log = Log("worker")


class Metronome:
    """Jobs of one process. The first tick of each is at the start."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=_FOREVER_AND_ONCE)

    def every(self, seconds: float, do: Callable[[], None]) -> None:
        """Have this done every so many real seconds."""
        self._scheduler.add_job(safely(do), "interval", seconds=seconds, next_run_time=wall_in(0))

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is being done, and tick no more."""
        self._scheduler.shutdown(wait=True)


def safely(do: Callable[[], None]) -> Callable[[], None]:
    """The same, but what it raises is said and not raised: the next tick tries again."""

    @wraps(do)
    def once() -> None:
        try:
            do()
        except Exception as problem:  # noqa: BLE001 - the metronome keeps ticking; the next tick tries again
            if not is_away(problem):  # that is said once, by whoever tries to reach it
                _log.error("a tick failed", problem=problem, name=do.__name__)

    return once
