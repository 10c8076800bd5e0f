"""Every sentence of the console. They stand in `languages/`, one file per language."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import phonenumbers
from babel import Locale, UnknownLocaleError

from app.audit.actions import ACTIONS
from app.catalogue import FIRST_LANGUAGE, Catalogue

SENTENCES: Final = Catalogue(Path(__file__).parent / "languages")

say = SENTENCES.say
"""`say(language, key, **values)`: the sentence, in Swedish when that language lacks it."""

_SWEDEN = 46
_WRITTEN_IN_CODE = "en"
"""The registry of the log says what each action means in this language; the other catalogues translate it."""


def spoken_by(languages: Iterable[str]) -> str:
    """The first of a person's languages that the console is written in."""
    return next((language for language in languages if language in SENTENCES.languages), FIRST_LANGUAGE)


def said(language: str, key: str) -> bool:
    """Whether somebody wrote this sentence, in that language or in Swedish."""
    return key in SENTENCES.keys(language) or key in SENTENCES.keys(FIRST_LANGUAGE)


def meaning(language: str, action: str) -> str:
    """What an action in the log means, for the auditor. An action of another version is shown by its name."""
    known = ACTIONS.get(action)
    if known is None or language == _WRITTEN_IN_CODE:
        return known.meaning if known else action
    key = f"action.{action}"
    return say(language, key) if said(language, key) else known.meaning


def language_name(code: str, language: str) -> str:
    """What a language is called in another: `arabiska`. One that babel does not know stays a code."""
    try:
        return Locale.parse(code).get_display_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


def languages_read(codes: Iterable[str], language: str) -> str:
    """What several languages are called in another: `somaliska, svenska`."""
    return ", ".join(language_name(code, language) for code in codes)


def number_read(number: str) -> str:
    """A telephone number in groups, for somebody in Sweden who dials it from the screen."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    at_home = parsed.country_code == _SWEDEN
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
