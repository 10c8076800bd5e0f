"""Every sentence a person meets on the way in: on the pages (`languages/`), and in the ear (`prompts/`).

One file per language and folder. What is said on the telephone is also heard by whoever redials the
number from someone else's call list, so it names no service, city or trouble. No sentence promises that
nobody can find out who called.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.catalogue import FIRST_LANGUAGE, Catalogue

SENTENCES_FOLDER = Path(__file__).parent / "languages"
SENTENCES = Catalogue(SENTENCES_FOLDER)

say = SENTENCES.say
"""`say(language, key, **values)`: the sentence, in Swedish when that language lacks it."""

PROMPTS = Catalogue(Path(__file__).parent / "prompts")
"""What is heard on the telephone: by callers, and by staff whose telephone the line rings."""


def languages() -> tuple[str, ...]:
    """The languages there are files for, Swedish first."""
    return SENTENCES.languages


def written_in(wanted: Iterable[str]) -> tuple[str, ...]:
    """Of these languages the ones there are files for, in their order, each followed by its variants; else Swedish."""
    found = [code for one in wanted for code in languages() if one in (code, code.partition("-")[0])]
    return tuple(dict.fromkeys(found)) or (FIRST_LANGUAGE,)


def spell(signs: str) -> str:
    """Letters and digits one at a time, for a voice that would otherwise read `0701` as a large number."""
    return ", ".join(sign for sign in signs if not sign.isspace())
