"""What an entry says, read with care: its JSON is taken apart, whatever it looks like."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

AN_HOUR = 3_600_000
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_OF_A_CALENDAR = range(-62_135_596_800_000, 253_402_300_800_000)
"""The milliseconds of the years 1 to 9999, in UTC: any other moment has no name."""

WORDS = ("actor", "role", "action", "object", "purpose", "result", "build")
"""What every entry says in words, beside its moment and its facts."""

UNREADABLE = (ValueError, KeyError, TypeError, IndexError, RecursionError)

Told = dict[str, Any]
"""What an entry says."""


def each_once(pairs: list[tuple[str, Any]]) -> Told:
    """An object as JSON has it; ValueError where a name stands in it twice: readers differ in which counts."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError
    return told


_DECODER = json.JSONDecoder(object_pairs_hook=each_once)
decoded, all_decoded = _DECODER.raw_decode, _DECODER.decode
decoded_as_known = json.JSONDecoder().raw_decode
"""For what was read with care before: names stand once in it."""

encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""ValueError for a number that JSON has no word for."""

Edition = tuple[int, int | None]
"""The format of an entry, and the programme that it names; None where it names none."""


def read_entry(entry: bytes) -> Told:
    """Beside what it says: `entry`, all of it, and `milliseconds`, its moment. `UNREADABLE` where it is no entry,
    or where another reader might read something else in it: names that stand twice, numbers and letters that there are
    none of."""
    text = entry.decode()
    told, end = decoded(text)
    if end != len(text):
        raise ValueError
    encoded(told).encode()
    if type(told["facts"]) is not dict or not all(type(told[name]) is str for name in WORDS):
        raise TypeError
    return dict(told, entry=told, milliseconds=moment(told["at"]))


def edition(told: Told) -> Edition:
    """What is no number is none: a format that is none is newer than all, and has to name a programme."""
    version, programme = told.get("v", 1), told.get("programme")
    return version if type(version) is int else sys.maxsize, programme if type(programme) is int else None


def moment(said: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 moment with its zone. ValueError for one that UTC has no year for."""
    since = datetime.fromisoformat(said) - _1970
    milliseconds = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    if milliseconds not in _OF_A_CALENDAR:
        raise ValueError
    return milliseconds
