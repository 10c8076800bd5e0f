"""Whether the entries' dates run forwards."""

from __future__ import annotations

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.entries import AN_HOUR

MOST_DATES = 20


class Dates:
    """Every entry's date against those before it: a place in the tree is given when an entry is written, not dated.

    A remark, and not a fault: a clock that was put right leaves the same trace as somebody who dated a deed back.
    """

    def __init__(self) -> None:
        self._latest = 0
        self._backwards: list[int] = []

    @property
    def remarks(self) -> list[str]:
        if not self._backwards:
            return []
        which = ", ".join(map(str, self._backwards[:MOST_DATES])) + (", ..." if self._backwards[MOST_DATES:] else "")
        return [f"dated over an hour before entries that stand earlier in the log, as if dated back: leaf {which}"]

    def compare(self, bundle: Bundle) -> None:
        earliest, latest = bundle.span or (self._latest, self._latest)
        if earliest < max(self._latest, latest) - AN_HOUR:
            self._one_by_one(bundle)
        self._latest = max(self._latest, latest)

    def _one_by_one(self, bundle: Bundle) -> None:
        before = self._latest
        for leaf, moment in bundle.moments():
            if moment < before - AN_HOUR:
                self._backwards.append(leaf)
            before = max(before, moment)
