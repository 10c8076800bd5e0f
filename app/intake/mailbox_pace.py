"""How fast receipts can be tried: so slowly that guessing is hopeless, and nobody is ever locked out by a guesser.

- At one place (a receipt's locator) a few tries are free; each one after that waits its turn, some seconds at most. The
  tries are counted before the receipt is looked at, so that a hundred at once gain nothing. A receipt that opens gives
  its try back. Whether there is a mailbox at that place makes no difference.
- At all places together two receipts are looked at at a time; the others wait in line, and hold no thread meanwhile. A
  flood at the mailbox leaves the form as quick as it was.

What is counted stands in the memory of this process, under no name but the locator's sixteen bits, for a quarter of an
hour. Several processes have as many lines; `docs/decisions/0025` reckons what that leaves a guesser.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from app.intake.reception import Desk
from app.vault.receipts import Receipt, locator
from app.web import Posted

FREE: Final = 10
"""Tries at one place in a quarter of an hour that wait for nothing."""

WINDOW: Final = 900.0
GAP: Final = 1.0
LONGEST_WAIT: Final = 5.0
"""Seconds. Whoever has waited so long is let in, however many stand behind them."""

AT_ONCE: Final = 2
"""Receipts looked at at a time; Argon2 has four lanes in a process, and the form needs one, too."""


@dataclass
class _Tries:
    since: float
    count: int = 0
    next_at: float = 0.0


class Pace:
    """One for each process."""

    def __init__(self) -> None:
        self.lane = asyncio.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._tries: dict[int, _Tries] = {}

    def begin(self, place: int, *, at: float) -> float:
        """Count one more try at a place, and say how many seconds it waits. Two at once get two turns."""
        with self._lock:
            self._forget(at)
            tries = self._tries.setdefault(place, _Tries(since=at))
            tries.count += 1
            if tries.count <= FREE:
                return 0.0
            tries.next_at = min(max(tries.next_at, at) + GAP, at + LONGEST_WAIT)
            return tries.next_at - at

    def give_back(self, place: int) -> None:
        """A receipt that opened its mailbox does not count."""
        with self._lock:
            if tries := self._tries.get(place):
                tries.count = max(0, tries.count - 1)

    def _forget(self, at: float) -> None:
        over = [place for place, tries in self._tries.items() if at - tries.since >= WINDOW]
        for place in over:
            del self._tries[place]


@dataclass(frozen=True)
class Tried:
    """A receipt that was typed, after it waited its turn; None when it was no receipt at all."""

    receipt: Receipt | None
    place: int
    pace: Pace

    def succeeded(self) -> None:
        """It opened a mailbox."""
        self.pace.give_back(self.place)


async def _in_turn(request: Request, posted: Posted) -> AsyncIterator[Tried]:
    pace, desk = cast(Pace, request.app.state.pace), cast(Desk, request.app.state.desk)
    receipt = Receipt.parse(posted.get("receipt", ""))
    place = locator(desk.index_key, receipt) if receipt else 0
    if receipt:
        await asyncio.sleep(pace.begin(place, at=time.monotonic()))
    async with pace.lane:
        yield Tried(receipt, place, pace)


InTurn = Annotated[Tried, Depends(_in_turn, scope="function")]
"""For a route that a receipt is posted to. The next in line is let in before the answer is sent."""
