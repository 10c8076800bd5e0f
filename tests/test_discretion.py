"""Nothing that is spoken, texted or sent gives anything away, in any of our languages, whoever holds the telephone."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import discretion
from app.catalogue import Catalogue
from app.console.pad import TEXTS as TO_PEOPLE
from app.discretion import fits_one_segment, indiscretions
from app.intake.wording import PROMPTS
from app.notifications.wording import SENTENCES as TO_STAFF
from app.watching.horn import SENTENCES as ALARMS

EVERYWHERE = [
    pytest.param(catalogue, language, id=f"{name}-{language}")
    for name, catalogue in (("spoken", PROMPTS), ("to staff", TO_STAFF), ("to people", TO_PEOPLE), ("alarms", ALARMS))
    for language in catalogue.languages
]


def said(catalogue: Catalogue, language: str) -> dict[str, str]:
    """Every sentence by its key, its values filled in."""
    return {
        key: catalogue.say(language, key, **dict.fromkeys(catalogue.placeholders(language, key), "7"))
        for key in catalogue.keys("sv")
    }


@pytest.mark.parametrize(("catalogue", "language"), EVERYWHERE)
def test_no_sentence_that_leaves_the_house_gives_anything_away(catalogue: Catalogue, language: str) -> None:
    found = {key: indiscretions(sentence) for key, sentence in said(catalogue, language).items()}

    assert {key: why for key, why in found.items() if why} == {}


def test_the_guard_looked_at_everything_that_is_sent() -> None:
    catalogues = {str(path.parent) for path in Path("app").rglob("*.po")}
    pages = {"app/console/languages", "app/console/dossier/languages", "app/intake/languages"}

    assert catalogues - pages == {
        *("app/intake/prompts", "app/notifications/languages", "app/console/texts"),
        "app/watching/languages",
        "app/demo/languages",  # read by who practises, in a house that reaches nobody
        "app/routing/languages",  # read by staff, on pages behind a sign-in; nothing of it is sent
    }
    assert {"sv", "en", "ar", "so"} <= {*PROMPTS.languages} & {*TO_PEOPLE.languages}


@pytest.mark.parametrize("language", TO_PEOPLE.languages)
def test_a_text_to_a_person_arrives_in_one_piece_and_names_no_case(language: str) -> None:
    for key in TO_PEOPLE.keys("sv"):
        assert fits_one_segment(TO_PEOPLE.say(language, key)), key
        assert not TO_PEOPLE.placeholders(language, key), key


def test_texts_to_people_say_the_same_in_every_language() -> None:
    for language in TO_PEOPLE.languages:
        assert TO_PEOPLE.keys(language) == TO_PEOPLE.keys("sv")


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("Socialtjänsten har sökt dig.", "the service: socialtjänst"),
        ("Vi finns i Göteborg.", "a place: göteborg"),
        ("Vi hjälper dig ur gänget.", "the trouble: gäng"),
        ("Du är anonym hos oss.", "a promise that nobody can keep: anonym"),
        ("Läs mer på linje.se", "an address: linje.se"),
        ("The police will not know.", "the trouble: police"),
        ("Nobody will know that you called.", "a promise that nobody can keep: nobody will know"),
        ("لن تعرف الشُّرطة", "the trouble: شرطه"),
        ("إجراء سرّي", "a promise that nobody can keep: سري"),
        ("Booliska kama war hayaan.", "the trouble: boolis"),
        ("Wicitaankaagu waa qarsoodi.", "a promise that nobody can keep: qarsood"),
    ],
)
def test_what_must_not_be_said_is_found_however_it_is_written(sentence: str, what: str) -> None:
    assert what in indiscretions(sentence)
    assert what in indiscretions(sentence.upper())


@pytest.mark.parametrize(
    "sentence",
    ["Ring när du kan.", "Vi ses på hotellet.", "سنتصل بكم سريعًا", "Fadlan wax yar sug.", "It was busy."],
)
def test_ordinary_words_are_let_through(sentence: str) -> None:
    assert indiscretions(sentence) == []


def test_every_language_has_words_of_each_kind() -> None:
    for kind, stems in discretion.FORBIDDEN.items():
        assert len(stems) >= 4, kind
    arabic = [stem for stems in discretion.FORBIDDEN.values() for stem in stems if "\u0600" <= stem[-1] <= "\u06ff"]
    assert len(arabic) >= 20


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 160, True),
        ("a" * 161, False),
        ("å" * 160, True),
        ("a" * 158 + "€", True),
        ("a" * 159 + "€", False),
        ("ع" * 70, True),
        ("ع" * 71, False),
        ("a" * 70 + "’", False),
        ("😀" * 35, True),
        ("😀" * 36, False),
        ("", True),
    ],
)
def test_a_segment_is_as_long_as_its_alphabet_allows(text: str, fits: bool) -> None:
    assert fits_one_segment(text) is fits
