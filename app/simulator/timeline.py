"""The exchange's time: live by the wall, or by hand in tests.

Seconds on a timeline are the seconds of the people at the phones: how long a phone rings, how long a prompt
lasts. The calendar (`now`) only stamps what is written down.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.clock import Clock, WallClock
from app.logs import Log

log = Log("simulator")
Deed = Callable[[], None]


@dataclass(order=True)
class Timer:
    """Something that will be done once, unless it is cancelled first. In order of time, then of asking."""

    due: float
    order: int
    do: Deed = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Do not do it after all. Safe to repeat."""
        self.cancelled = True


class Timeline(Protocol):
    """What the exchange needs to know about time."""

    def now(self) -> datetime:
        """The moment to write on a record, in UTC."""

    def seconds(self) -> float:
        """Seconds since the exchange opened; never goes backwards."""

    def after(self, seconds: float, do: Deed) -> Timer:
        """Do something quick in a while."""

    def apart(self, do: Deed) -> None:
        """Do something that may take long, without holding anything else up."""

    def settle(self) -> None:
        """By hand: do everything that is due now. Live: nothing, it is being done."""


class ManualTimeline:
    """Time that moves only when told to, and does what is due in the caller's own thread, in order."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._seconds = 0.0
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def seconds(self) -> float:
        return self._seconds

    def after(self, seconds: float, do: Deed) -> Timer:
        with self._lock:
            timer = Timer(self._seconds + max(seconds, 0.0), next(self._order), do)
            heapq.heappush(self._timers, timer)
        return timer

    def apart(self, do: Deed) -> None:
        self.after(0, do)

    def advance(self, seconds: float) -> None:
        """Let time pass, doing whatever falls due at its own moment. What a deed raises reaches the caller."""
        until = self._seconds + seconds
        while timer := self._next(until):
            timer.do()
        with self._lock:
            self._seconds = max(self._seconds, until)

    def settle(self) -> None:
        self.advance(0)

    def next_due(self) -> datetime | None:
        """When something will happen next, or None when all is quiet."""
        with self._lock:
            waiting = [timer.due for timer in self._timers if not timer.cancelled]
        return self._start + timedelta(seconds=min(waiting)) if waiting else None

    def _next(self, until: float) -> Timer | None:
        with self._lock:
            while self._timers and self._timers[0].due <= until:
                timer = heapq.heappop(self._timers)
                if not timer.cancelled:
                    self._seconds = max(self._seconds, timer.due)
                    return timer
        return None


class LiveTimeline:
    """Time on the wall. One thread does what is due; slow things (webhooks) have their own few."""

    def __init__(self, clock: Clock | None = None, *, at_once: int = 16) -> None:
        """`clock` stamps records (a demo's may run fast); `at_once` webhooks may be on their way together."""
        self._clock = clock or WallClock()
        self._zero = time.monotonic()
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="exchange")
        threading.Thread(target=self._run, name="exchange-time", daemon=True).start()

    def now(self) -> datetime:
        return self._clock.now()

    def seconds(self) -> float:
        return time.monotonic() - self._zero

    def after(self, seconds: float, do: Deed) -> Timer:
        with self._changed:
            timer = Timer(self.seconds() + max(seconds, 0.0), next(self._order), do)
            heapq.heappush(self._timers, timer)
            self._changed.notify()
        return timer

    def apart(self, do: Deed) -> None:
        if not self._closed:
            self._pool.submit(_loudly, do)

    def settle(self) -> None:
        """Nothing to do: the clock on the wall does not wait for us."""

    def close(self) -> None:
        """Stop the clock; what was waiting is forgotten."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while timer := self._next():
            if not timer.cancelled:
                _loudly(timer.do)

    def _next(self) -> Timer | None:
        with self._changed:
            while not self._closed:
                if self._timers and self._timers[0].due <= self.seconds():
                    return heapq.heappop(self._timers)
                self._changed.wait(self._timers[0].due - self.seconds() if self._timers else None)
        return None


def _loudly(do: Deed) -> None:
    """One broken deed may not stop the clock."""
    try:
        do()
    except Exception as problem:  # noqa: BLE001
        log.error("something in the simulated exchange broke", problem=problem)  # noqa: TRY400
