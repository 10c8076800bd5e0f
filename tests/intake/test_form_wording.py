"""What the public pages must say, what they may never say, and that every language says it itself."""

from __future__ import annotations

import re
from typing import Final

import pytest

from app.intake import wording
from app.intake.reading import VERSIONS

SENTENCES = wording.SENTENCES
LANGUAGES = ("sv", "sv-simple", "en", "ar", "so")

NEVER: Final = {
    "sv": (
        *(r"\bkill(e|en|ar)\b", "grabb", "gängmedlem", "avhopp", r"\bkriminell", "gärningsm", r"\boffer\b", "pojkvän"),
        *("flickvän", "polisen får aldrig", "ingen kan se", "spårlös", "100 ?%", "du är säker", "klicka här"),
    ),
    "en": (
        *(r"\bguys?\b", r"\bboys?\b", "gang member", "defector", r"\bcriminals?\b", r"\bvictims?\b", "boyfriend"),
        *("girlfriend", "the police will never", "nobody can see", "without a trace", "you are safe", "click here"),
    ),
    "ar": ("منشق", "عصاب", "مجرم", "ضحيه", "ضحية", "لن يعرف", "انقر هنا"),
    "so": ("gaang", "burcad", "dembiile", "dhibbane", "cidna ma arki karto"),
}
"""Words that judge, assume a gender, name a trade or promise (`domain.md` sections 4 and 7, `safety.md` sections 6
to 8, `law.md` B-6). Regular expressions, in any case."""

ALWAYS: Final = {
    "site.danger": {"*": "112"},
    "form.danger_hint": {"*": "112"},
    "form.honest_little": {"sv": "Du behöver inte säga vem du är. Vi sparar så lite som möjligt."},
    "privacy.lede": {"sv": "Vi sparar så lite som möjligt. Vi kan inte lova", "en": "We cannot promise"},
    "start.anyone.one": {"sv": "Du behöver inte själv ha begått brott."},
    "start.women.one": {"sv": "Du behöver inte själv ha begått brott."},
    "start.women.two": {
        "sv": "även om du lever med någon i nätverket",
        "en": "even if you live with someone in the network",
    },
    "start.relatives.one": {"sv": "Berätta inte för personen att du har kontaktat oss"},
    "form.role_relative_hint": {"sv": "Berätta inte för personen"},
    "form.message_hint": {"sv": "Skriv inte andras namn eller adresser"},
    "privacy.law.2": {"sv": "lagen 2025:170", "en": "Act 2025:170", "ar": "2025:170", "so": "2025:170"},
    "privacy.law.1": {"sv": "26 kap. 1 §", "ar": "26", "so": "26"},
    "privacy.law.4": {"sv": "barn", "en": "child"},
    "privacy.carrier.1": {"sv": "I ett sms ser de också texten"},
    "site.exit_note": {"sv": "tar inte bort sidan ur webbläsarens historik", "en": "history"},
    "accessibility.aim": {"sv": "EN 301 549 V3.2.1", "en": "EN 301 549 V3.2.1"},
    "accessibility.watch": {"*": "Digg"},
    "work.contact_hint": {"sv": "växel", "en": "switchboard"},
}
"""Sentences that may be improved and must go on saying this; `*` in every language."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_judges_assumes_or_promises(language: str) -> None:
    said = {key: SENTENCES.say(language, key, **_any_values(language, key)) for key in SENTENCES.keys(language)}
    words = NEVER[language.partition("-")[0]]

    assert [(key, word) for key, text in said.items() for word in words if re.search(word, text, re.IGNORECASE)] == []


@pytest.mark.parametrize(("key", "language"), [(key, one) for key, said in ALWAYS.items() for one in said])
def test_what_must_be_said_is_said(key: str, language: str) -> None:
    for one in LANGUAGES if language == "*" else [language]:
        assert ALWAYS[key][language] in SENTENCES.say(one, key, **_any_values(one, key))


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    same = {"form.age.12_14", "form.age.15_17", "form.age.18_20", "form.age.21_29", "start.start"}
    left = [
        key
        for key in SENTENCES.keys("en")
        if SENTENCES.say(language, key, **_any_values(language, key))
        == SENTENCES.say("en", key, **_any_values("en", key))
    ]

    assert set(left) <= same | ({"site.start"} if language.startswith("sv") else set()) | {"form.age.under_12"}


def test_there_is_a_catalogue_for_each_language_and_easy_swedish_says_things_its_own_way() -> None:
    assert set(SENTENCES.languages) == set(LANGUAGES)
    long = [key for key in SENTENCES.keys("sv") if len(SENTENCES.say("sv", key, **_any_values("sv", key))) > 60]
    same = [key for key in long if SENTENCES.say("sv", key, **_any_values("sv", key)) == _easy(key)]
    assert len(same) < len(long) / 10, same


@pytest.mark.parametrize("version", VERSIONS.values())
def test_every_opening_promises_a_person_within_a_day_and_asks_for_nothing(version: str) -> None:
    for language in LANGUAGES:
        said = " ".join(SENTENCES.say(language, f"start.{version}.{part}") for part in ("heading", "lede", "one"))
        assert "24" in said, language


def test_in_arabic_and_somali_a_reader_is_told_of_beside_the_sentences() -> None:
    for language in ("ar", "so"):
        head = (wording.SENTENCES_FOLDER / f"{language}.po").read_text().partition("msgid")[0]
        assert "mother" in head
        assert "nobody has yet" in head


def _easy(key: str) -> str:
    return SENTENCES.say("sv-simple", key, **_any_values("sv-simple", key))


def _any_values(language: str, key: str) -> dict[str, str]:
    return dict.fromkeys(SENTENCES.placeholders(language, key), "7")
