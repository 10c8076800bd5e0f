"""Proof of work: during a flood a browser with script may pay its way past the line in computing. Nobody has to.

The riddle is the form's own mark, which we signed and dated: find a number that makes SHA-256 of both begin with so
many zero bits. We keep nothing to ask it, and of what was answered only that it was, for as long as it holds. An old
telephone needs seconds for it, rented machines less: it is a faster way for a few, never a gate.
"""

from __future__ import annotations

import hashlib
from collections import deque
from datetime import datetime, timedelta
from typing import Final

BITS: Final = 14
"""16,384 tries on average: under a second on a computer, some seconds on an old telephone, which fills in meanwhile."""

HOLDS_FOR: Final = timedelta(hours=2)
"""How long after its form was drawn a riddle may be answered. Whoever wrote for longer stands in line like others."""

MOST_SPENT: Final = 10_000
"""How many answers are remembered, 1 MB. One more, and the oldest is forgotten."""

_LONGEST_ANSWER: Final = 16


def is_solved(mark: str, answer: str) -> bool:
    """Whether this is an answer to the riddle of that form."""
    if not (0 < len(answer) <= _LONGEST_ANSWER and answer.isascii() and answer.isdecimal()):
        return False
    digest = hashlib.sha256(f"{mark}|{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - BITS) == 0


class Spent:
    """Which forms have paid their way already. One for each process; only its event loop touches it."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._order: deque[str] = deque()

    def has(self, mark: str) -> bool:
        """Whether this form has: it needs a new mark to be sent once more."""
        return mark in self._known

    def admits(self, mark: str, answer: str, *, drawn: datetime | None, at: datetime) -> bool:
        """Whether this form may pass the line: solved, in time, and for the first time."""
        if drawn is None or at - drawn > HOLDS_FOR or mark in self._known or not is_solved(mark, answer):
            return False
        self._known.add(mark)
        self._order.append(mark)
        if len(self._order) > MOST_SPENT:
            self._known.discard(self._order.popleft())
        return True
