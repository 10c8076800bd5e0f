"""A part of the engine that is played over and over: at once when nudged, at the moment it asked for, at every beat.

The metronome beats every second whatever happens, so that a part that miscounted its own moment, or whose nudge was
lost, is a second late and no more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from app.logs import Log
from app.postgres import is_away

LONGEST_SLEEP: Final = 60.0
"""Real seconds without a beat after which a part looks up by itself: the metronome has died."""

SLOW_AFTER: Final = 5.0
"""Real seconds that a turn may last before it is said aloud, and again after as long."""

_log = Log("worker")


class Player:
    """One thread that plays one part. `part` says in how many real seconds it wants to be played again, or None."""

    def __init__(self, name: str, part: Callable[[], float | None], *, slow_after: float = SLOW_AFTER) -> None:
        self._name = name
        self._part = part
        self._slow_after = slow_after
        self._nudged = threading.Event()
        self._over = False
        self._began: float | None = None
        self._complained_at = 0.0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Play for the first time, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the turn that is being played, and play no other."""
        self._over = True
        self._nudged.set()
        self._thread.join()

    def nudge(self) -> None:
        """Play now, or once more after the turn that is being played."""
        self._nudged.set()

    def beat(self) -> None:
        """The metronome's: a nudge, and an eye on the clock."""
        lasted = self.lasted
        if lasted >= self._complained_at + self._slow_after:
            self._complained_at = lasted
            _log.warning("a round is slow, or stuck", name=self._name, seconds=int(lasted))
        self.nudge()

    @property
    def lasted(self) -> float:
        """For how many real seconds the present turn has been played; 0 between two."""
        began = self._began
        return time.monotonic() - began if began is not None else 0.0

    def _run(self) -> None:
        while not self._over:
            self._nudged.clear()
            pause = self._play()
            if pause is None or pause > 0:
                self._nudged.wait(min(pause or LONGEST_SLEEP, LONGEST_SLEEP))

    def _play(self) -> float | None:
        self._began, self._complained_at = time.monotonic(), 0.0
        try:
            return self._part()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the next beat tries again
            if not is_away(problem):
                _log.error("a tick failed", problem=problem, name=self._name)
            return None
        finally:
            self._began = None
