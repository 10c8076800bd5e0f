"""Numbers that wait for the handler's key: in this process's memory, each for one bridge, once, and not for long.

A process that ends forgets them; then the button is pressed again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.cases.contents import Number


@dataclass(frozen=True)
class _Ticket:
    number: Number = field(repr=False)
    good_until: datetime


class Tickets:
    """May be used from many threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting: dict[str, _Ticket] = {}

    def keep(self, bridge_id: str, number: Number, *, at: datetime, lasts: timedelta) -> None:
        """Remember a number for a bridge."""
        with self._turn:
            self._waiting[bridge_id] = _Ticket(number, at + lasts)

    def holds(self, bridge_id: str, *, at: datetime) -> bool:
        """Whether the number waits here. Not when it was taken, is too old, or waits in another process."""
        self.forget_old(at=at)
        with self._turn:
            return bridge_id in self._waiting

    def take(self, bridge_id: str) -> Number:
        """The number, and it is forgotten. KeyError when it does not wait here."""
        with self._turn:
            return self._waiting.pop(bridge_id).number

    def bridges(self) -> set[str]:
        """The bridges whose number waits here."""
        with self._turn:
            return set(self._waiting)

    def forget(self, bridges: Iterable[str]) -> None:
        """Forget the numbers of bridges that want none any more."""
        with self._turn:
            for bridge_id in bridges:
                self._waiting.pop(bridge_id, None)

    def forget_old(self, *, at: datetime) -> None:
        """Forget what nobody came for."""
        with self._turn:
            self._waiting = {name: ticket for name, ticket in self._waiting.items() if at < ticket.good_until}
