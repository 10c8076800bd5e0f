"""What an entry says, read with care: its JSON is taken apart, whatever it looks like."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

AN_HOUR = 3_600_000
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
decoded = json.JSONDecoder().raw_decode
encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, RecursionError)

Told = dict[str, Any]
"""What an entry says."""

Edition = tuple[int, int | None]
"""The format of an entry, and the programme that it names; None where it names none."""


def read_entry(entry: bytes) -> Told:
    """Beside what it says: `entry`, all of it, and `milliseconds`, its moment. `UNREADABLE` where it is no entry."""
    text = entry.decode()
    told, end = decoded(text)
    if end != len(text):
        raise ValueError
    encoded(told["facts"])
    return dict(told, entry=told, milliseconds=moment(told["at"]))


def edition(told: Told) -> Edition:
    """What is no number is none: a format that is none is newer than all, and has to name a programme."""
    version, programme = told.get("v", 1), told.get("programme")
    return version if type(version) is int else sys.maxsize, programme if type(programme) is int else None


def moment(said: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 moment with its zone."""
    since = datetime.fromisoformat(said) - _1970
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
