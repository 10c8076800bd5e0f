"""What people mean to do, and when: the year goes from one such moment to the next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime


class Agenda:
    """Deeds in the order of their moments; of two at the same moment the one that was thought of first."""

    def __init__(self) -> None:
        self._deeds: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = itertools.count()

    def at(self, moment: datetime, do: Callable[[], object]) -> None:
        """Do this then."""
        heapq.heappush(self._deeds, (moment, next(self._order), do))

    @property
    def next(self) -> datetime | None:
        """When something is to be done next."""
        return self._deeds[0][0] if self._deeds else None

    def due(self, now: datetime) -> Callable[[], object] | None:
        """The next deed whose moment has come, taken from the agenda."""
        return heapq.heappop(self._deeds)[2] if self._deeds and self._deeds[0][0] <= now else None
