"""A few pairs of hands: as soon as one has nothing to do it takes the next page, however slow the others are.

A few pages more lie ready, so that a hand need not wait until the next is fetched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.logs import Log

_log = Log("courier")


class Hands:
    """So many threads, and for how many pages more there is room."""

    def __init__(self, count: int, *, ready: int = 0) -> None:
        """`ready`: how many may lie ready besides those that are being sent."""
        self._room = self._free = count + ready
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="courier")

    def wait_for_one(self) -> int:
        """Wait until there is room for a page; says for how many there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0)
            return self._free

    def give(self, do: Callable[[], None]) -> None:
        """Have it done by the next hand that is free; what was given first is done first."""
        self.wait_for_one()
        with self._changed:
            self._free -= 1
        self._threads.submit(self._do, do)

    def wait_for_all(self) -> None:
        """Wait until everything that was given is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._free == self._room)

    def close(self) -> None:
        """Wait for what is being done, then stop."""
        self._threads.shutdown(wait=True)

    def _do(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as problem:  # noqa: BLE001 - it has nobody to go to; what was not done is still in its row
            _log.error("a page could not be seen to", problem=problem)
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
