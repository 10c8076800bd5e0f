"""The thread in which an attendant attends: quickly while telephones ring, and otherwise almost never."""

from __future__ import annotations

import threading
from typing import Final

from app.clock import Clock
from app.console.attendant import Attendant
from app.logs import Log

BUSY, IDLE = 0.25, 5.0
"""Real seconds between two looks. A button that is pressed ends the long wait at once."""

_PATIENCE: Final = 5.0
_log = Log("bridge")


class Attending:
    """Starts with the process and ends with it. Nothing is lost in between: what is to be done stands in rows."""

    def __init__(self, attendant: Attendant, clock: Clock) -> None:
        self.attendant = attendant
        self._clock = clock
        self._woken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="attendant", daemon=True)

    def start(self) -> None:
        """Begin; also with what another process left behind."""
        self._thread.start()

    def wake(self) -> None:
        """Somebody pressed a button: look now."""
        self._woken.set()

    def stop(self) -> None:
        """Look no more, and wait until the last look is over."""
        self._over.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._over.is_set():
            self._woken.wait(BUSY if self._look() else IDLE)
            self._woken.clear()

    def _look(self) -> bool:
        """Attend once. Whether there is more to come soon."""
        at = self._clock.now()
        try:
            self.attendant.attend(at)
            return self.attendant.is_busy(at)
        except Exception as problem:  # noqa: BLE001 - the thread lives on; the next look tries again
            _log.error("a look at the bridges failed", problem=problem)
            return True
