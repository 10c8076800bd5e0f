"""How soon a passphrase would be guessed, by zxcvbn: patterns, keyboards, dates, names, and words everybody uses.

It estimates guesses; from 10⁸ on a passphrase is good enough behind ten tries in a quarter of an hour, and behind
Argon2id where somebody has stolen the database. Its words are English ones and names of many countries, besides the
words of this house that are given to it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

from zxcvbn import zxcvbn  # type: ignore[import-untyped]

GOOD: Final = 3
"""Of four: more than 10⁸ guesses."""

LOOKED_AT: Final = 72
"""Characters. The estimate takes quadratically long; what follows can only make it stronger."""

_ONE_AT_A_TIME = threading.Lock()
"""The library keeps the words of the house in a table of its own module."""

_BY_PATTERN: Final = {
    "spatial": "keyboard",
    "repeat": "repeats",
    "sequence": "in_order",
    "date": "dates",
    "regex": "dates",
}
_NAMES: Final = frozenset({"surnames", "male_names", "female_names"})


def weakness(passphrase: str, ours: Sequence[str]) -> str:
    """Why it is too easy, as the end of a sentence's key; empty when it is not.

    `ours`: words that somebody who knows the house tries first, the alias among them.
    """
    with _ONE_AT_A_TIME:
        found = zxcvbn(passphrase[:LOOKED_AT], user_inputs=list(ours))
    if found["score"] >= GOOD:
        return ""
    return _reason(max(found["sequence"], key=lambda match: len(match["token"]), default={}))


def _reason(longest: dict[str, Any]) -> str:
    if longest.get("pattern") != "dictionary":
        return _BY_PATTERN.get(longest.get("pattern", ""), "guessable")
    if longest["dictionary_name"] == "user_inputs":
        return "ours"
    return "names" if longest["dictionary_name"] in _NAMES else "common"
