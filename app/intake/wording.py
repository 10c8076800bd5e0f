"""Every sentence a person meets on the way in: on the pages, and in the ear.

The sentences stand in `languages/`, one file per language. What is said on the telephone
(`voice.`) is also heard by whoever redials the number from someone else's call list, so it names no
service, city or trouble. None of them promises that nobody can find out who called.
"""

from __future__ import annotations

from pathlib import Path

from app.catalogue import Catalogue

SENTENCES = Catalogue(Path(__file__).parent / "languages")

say = SENTENCES.say
"""`say(language, key, **values)`: the sentence, in Swedish when that language lacks it."""

nearest = SENTENCES.nearest
"""`nearest(language)`: the language those sentences will be in. The voice that reads them must be of that language."""


def languages() -> tuple[str, ...]:
    """The languages there are files for, Swedish first."""
    return SENTENCES.languages


def spell(signs: str) -> str:
    """Letters and digits one at a time, for a voice that would otherwise read `0701` as a large number."""
    return ", ".join(sign for sign in signs if not sign.isspace())
