"""Sentences for people, by key, in several languages.

A folder holds one gettext file per language (`sv.po`, `en.po`); adding a language is adding a file.
A variant of a language is named as the web names it (`sv-simple.po`, RFC 5646: Swedish in a simplified form).
The msgid is a key (`form.title`), not a sentence, so that Swedish is a translation like the others.
Files are read as they are: there is no compile step to forget.
"""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

FIRST_LANGUAGE = "sv"
"""Complete by definition: what another language lacks is said in this one."""


class Catalogue:
    """Every sentence of one room."""

    def __init__(self, folder: Path) -> None:
        """Reads all `*.po` in `folder`; raises when the first language is not among them."""
        self._sentences = {path.stem: _sentences(path) for path in sorted(folder.glob("*.po"))}
        if FIRST_LANGUAGE not in self._sentences:
            raise FileNotFoundError(f"{folder} has no {FIRST_LANGUAGE}.po")

    @property
    def languages(self) -> tuple[str, ...]:
        """Language codes, the first language first, the others in alphabetical order."""
        return tuple(sorted(self._sentences, key=lambda code: (code != FIRST_LANGUAGE, code)))

    def say(self, language: str, key: str, /, **values: object) -> str:
        """The sentence in that language, or in Swedish when that language lacks it.

        Raises `KeyError` for a key nobody wrote, or a placeholder nobody gave a value.
        """
        return self._sentence(language, key).format_map(values)

    def nearest(self, language: str) -> str:
        """The language in which `say` will speak: itself, or Swedish. For whoever must choose a voice."""
        return language if language in self._sentences else FIRST_LANGUAGE

    def keys(self, language: str) -> frozenset[str]:
        """The keys that language says itself."""
        return frozenset(self._sentences[language])

    def pieces(self, language: str, key: str) -> list[tuple[str, str | None]]:
        """The sentence taken apart: words, and the name of the value that follows them, or None at the end."""
        return [(words, name) for words, name, _, _ in string.Formatter().parse(self._sentence(language, key))]

    def placeholders(self, language: str, key: str) -> frozenset[str]:
        """The names in braces that a sentence wants values for."""
        return frozenset(name for _, name in self.pieces(language, key) if name)

    def _sentence(self, language: str, key: str) -> str:
        own = self._sentences.get(language, {}).get(key)
        return own or self._sentences[FIRST_LANGUAGE][key]


@cache
def direction(language: str) -> str:
    """`ltr` or `rtl`: which way the language is written."""
    return Locale.parse(language, sep="-").text_direction


@cache
def own_name(language: str) -> str:
    """What its speakers call the language: `Svenska`, `English`, `العربية`."""
    locale = Locale.parse(language, sep="-")
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def _sentences(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem.replace("-", "_"), abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalog if message.id and message.string}
