"""How long to wait before what failed is tried again: longer each time, and never long, since somebody waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.cases.bridge_steps import Step

AT_FIRST: Final = timedelta(seconds=1)
AT_MOST: Final = timedelta(seconds=16)
FORGOTTEN_AFTER: Final = timedelta(minutes=5)
_ENOUGH: Final = 4


class Patience:
    """In this process's memory: another one tries once more at the most. Used by the attendant's thread alone."""

    def __init__(self) -> None:
        self._failed: dict[Step, tuple[int, datetime]] = {}

    def wait(self, step: Step, *, at: datetime, speed: float) -> None:
        """It failed: wait twice as long as before."""
        self._failed = {one: known for one, known in self._failed.items() if at - known[1] < FORGOTTEN_AFTER * speed}
        tried = self.tried(step)
        self._failed[step] = tried + 1, at + min(AT_FIRST * 2 ** min(tried, _ENOUGH), AT_MOST) * speed

    def is_over(self, step: Step, *, at: datetime) -> bool:
        """Whether it may be tried, for the first time or again."""
        return step not in self._failed or at >= self._failed[step][1]

    def tried(self, step: Step) -> int:
        """How often it has failed."""
        return self._failed[step][0] if step in self._failed else 0
