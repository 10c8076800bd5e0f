"""What the entries say, and whether their dates run forwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from app.audit.verifier.report import Report

MOST_DATES = 20
AN_HOUR = 3_600_000
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_DECODE = json.JSONDecoder().raw_decode
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, RecursionError)

Told = dict[str, Any]
"""What an entry says."""


def read_entry(entry: bytes) -> Told:
    """Beside what it says: `entry`, all of it; `text` and `written_facts`, as written; `milliseconds`, its moment."""
    text = entry.decode()
    told, end = _DECODE(text)
    if end != len(text):
        raise ValueError
    facts = _ENCODE(told["facts"])
    return dict(told, entry=told, text=text, written_facts=facts, milliseconds=moment(told["at"]))


def moment(said: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 moment with its zone."""
    since = datetime.fromisoformat(said) - _1970
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def all_told(start: int, entries: list[bytes], width: int, report: Report) -> list[Told | None]:
    """What each entry says, under every name by which a view may say it; None for one that says nothing."""
    told: list[Told | None] = [None] * width
    for place, entry in enumerate(entries):
        try:
            told[place] = read_entry(entry)
        except UNREADABLE:
            report.wrong_leaf(start + place, "entry is not an entry of this log's format")
    return told


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

    def compare(self, start: int, told: list[Told | None]) -> None:
        for leaf, entry in enumerate(told, start):
            written = entry["milliseconds"] if entry else self._latest
            if written < self._latest - AN_HOUR:
                self._backwards.append(leaf)
            self._latest = max(self._latest, written)
