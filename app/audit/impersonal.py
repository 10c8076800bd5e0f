"""What may stand in the log: short words and plain quantities, nothing that points at a person.

The log is kept for ever and shown to outsiders, so an entry that could hold a telephone number, a
personal identity number, an e-mail address or a sentence is refused when it is written.
"""

from __future__ import annotations

import math
import re
from typing import Final

Plain = str | int | float | bool | None
"""A value that a fact may have."""

LONGEST: Final = 64
"""Characters in a text; enough for a SHA-256 in hex, too few for a story."""

LARGEST: Final = 10**9
"""Quantities stay below this: seconds and counts do, numbers with a country code do not."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_ID_OR_MOMENT = re.compile(rf"[0-9a-f]{{32}}|{_MOMENT.pattern}")
_NUMBER = re.compile(r"\+\d{5}|(?<![\w:-])\(?\+?\d(?:[ ()/.-]*\d){7,14}(?![\w:])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def refuse_personal(name: str, value: Plain) -> None:
    """Raise ValueError when the value is long, or has the shape of a number or an address.

    Moments (`2026-01-05T08:00:00Z`) pass; bare dates do not, for they may be a birthday. Ids in hex
    pass; a shorter hash that happens to be all digits needs its name in front: `sha256:12345678`.
    The message names the field, never the value.
    """
    if isinstance(value, str):
        _refuse_text(name, value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is not a finite number")
    elif value is not None and abs(value) >= LARGEST:
        raise ValueError(f"{name} is as large as a telephone number")


def refuse_strange_name(name: str) -> None:
    """Raise ValueError unless the name of a fact is a short lower-case word."""
    if not _NAME.fullmatch(name):
        raise ValueError("the name of a fact is a lower-case word of at most 32 characters")


def _refuse_text(name: str, text: str) -> None:
    if len(text) > LONGEST:
        raise ValueError(f"{name} is longer than {LONGEST} characters: the log takes codes, not sentences")
    if not text or text.isalpha() or _ID_OR_MOMENT.fullmatch(text):
        return
    if _CONTROL.search(text):
        raise ValueError(f"{name} holds a control character")
    if "@" in text:
        raise ValueError(f"{name} looks like an e-mail address")
    if _NUMBER.search(_MOMENT.sub("", text)):
        raise ValueError(f"{name} looks like a telephone or identity number")
