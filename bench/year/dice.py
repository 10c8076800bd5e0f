"""Chance that can be played again: every throw is worked out from the seed and what it is thrown for."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

Something = TypeVar("Something")
_HIGHEST = float(1 << 64)


class Dice:
    """Throws in a row, the same for the same seed and name. Another name is another row: who is asked more often in
    one corner of the year changes nothing in the others."""

    def __init__(self, seed: int, name: str = "") -> None:
        self._seed = seed
        self._name = name
        self._thrown = 0

    def of(self, name: str) -> Dice:
        """Dice of somebody's own."""
        return Dice(self._seed, f"{self._name}/{name}")

    def throw(self) -> float:
        """From 0 up to, and without, 1."""
        self._thrown += 1
        told = f"{self._seed} {self._name} {self._thrown}".encode()
        return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big") / _HIGHEST

    def happens(self, chance: float) -> bool:
        """Whether something of this probability happens now."""
        return self.throw() < chance

    def one_of(self, things: Sequence[Something]) -> Something:
        """One of them, each as likely."""
        return things[int(self.throw() * len(things))]

    def between(self, low: float, high: float) -> float:
        """Somewhere between the two."""
        return low + (high - low) * self.throw()

    def about(self, middle: float, *, spread: float = 0.8) -> float:
        """A time that people take: half of them less than the middle, a few many times as long (log-normal)."""
        normal = math.sqrt(-2 * math.log(1 - self.throw())) * math.cos(2 * math.pi * self.throw())
        return middle * math.exp(spread * normal)
