"""What is texted to staff: a reference, the time left, a way to answer, and nothing about the person.

Every text fits one segment of the GSM-7 alphabet, so that it arrives whole on any telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from app.catalogue import FIRST_LANGUAGE, Catalogue
from app.discretion import ONE_SEGMENT as ONE_SEGMENT

SENTENCES = Catalogue(Path(__file__).parent / "languages")

say = SENTENCES.say
"""`say(language, key, **values)`: the text, in Swedish when that language lacks it."""


def time_left(left: timedelta, language: str = FIRST_LANGUAGE) -> str:
    """`7 h 5 min`, rounded down so that nobody believes in a minute that is gone."""
    minutes = int(left.total_seconds() // 60)
    if minutes <= 0:
        return say(language, "left.none")
    return say(language, "left.time", hours=minutes // 60, minutes=minutes % 60)


def fitting(references: Sequence[str]) -> str:
    """The references for `sms.waiting`, the first ones first, as many as fit; `+3` for those that do not."""
    room = ONE_SEGMENT - max(len(say(language, "sms.waiting", lines="")) for language in SENTENCES.languages)
    shown = len(references)
    while len(listed := _listed(references, shown)) > room:
        shown -= 1
    return listed


def _listed(references: Sequence[str], shown: int) -> str:
    rest = len(references) - shown
    return ", ".join(references[:shown]) + (f" +{rest}" if rest else "")
