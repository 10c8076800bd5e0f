"""Which of the carrier's voices reads a language aloud, and the locale that goes with it.

The carrier refuses a voice together with a locale it does not speak, and the caller hears nothing: so a voice whose
locale neither its name nor the table below tells must be written with one.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*\.[A-Za-z0-9-]{2,60}")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_LOCALE_IN_NAME = re.compile(r"[A-Za-z]+\.([a-z]{2,3}-[A-Z]{2})-")

_LOCALES: Final = {
    "sv-SE": ("Astrid", "Elin"),
    "en-GB": ("Amy", "Arthur", "Brian", "Emma"),
    "en-US": ("Danielle", "Joanna", "Matthew", "Ruth", "Stephen"),
    "arb": ("Zeina",),
    "ar-AE": ("Hala", "Zayd"),
}
"""Speakers of Amazon Polly, https://docs.aws.amazon.com/polly/latest/dg/available-voices.html, as of 2026."""

_LOCALE_OF: Final = {speaker: locale for locale, speakers in _LOCALES.items() for speaker in speakers}


def with_locale(written: Any) -> Any:
    """A voice written as a name alone, with the locale it speaks. Anything else is left for the schema to judge."""
    if not isinstance(written, str):
        return written
    in_name = _LOCALE_IN_NAME.match(written)
    locale = in_name[1] if in_name else _LOCALE_OF.get(written.removeprefix("Polly.").split("-")[0])
    if _NAME.fullmatch(written) and locale is None:
        raise ValueError(f'needs its locale too; write it as {{ name = "{written}", locale = "sv-SE" }}')
    return {"name": written, "locale": locale or "sv-SE"}


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is not a voice of the carrier's; write it as Polly.Elin-Neural")
    return value


def _locale(value: str) -> str:
    if not _LOCALE.fullmatch(value):
        raise ValueError("is not a locale; write it as sv-SE")
    return value


VoiceName = Annotated[str, AfterValidator(_name)]
Locale = Annotated[str, AfterValidator(_locale)]
