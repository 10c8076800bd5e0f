"""The sentences: complete in every language, and silent about what must not be said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.audit.actions import ACTIONS
from app.catalogue import Catalogue, direction, own_name
from app.discretion import indiscretions
from app.intake import wording

SENTENCES, PROMPTS = wording.SENTENCES, wording.PROMPTS
ROOM = Path(wording.__file__).parent
PAGES = ROOM / "pages"
BOTH = [("languages", SENTENCES), ("prompts", PROMPTS)]
EVERYTHING = [
    pytest.param(folder, where, code, id=f"{folder}-{code}") for folder, where in BOTH for code in where.languages
]
IN_THE_EAR = [(language, key) for language in PROMPTS.languages for key in sorted(PROMPTS.keys("sv"))]


def _said(where: Catalogue, language: str, key: str) -> str:
    return where.say(language, key, **dict.fromkeys(where.placeholders(language, key), "7"))


@pytest.mark.parametrize(("folder", "where", "language"), EVERYTHING)
def test_a_language_says_everything_and_nothing_besides(folder: str, where: Catalogue, language: str) -> None:
    assert where.keys(language) == where.keys("sv")


@pytest.mark.parametrize(("folder", "where", "language"), EVERYTHING)
def test_a_sentence_wants_the_same_values_in_every_language(folder: str, where: Catalogue, language: str) -> None:
    for key in where.keys("sv"):
        assert where.placeholders(language, key) == where.placeholders("sv", key), key


@pytest.mark.parametrize(("folder", "where", "language"), EVERYTHING)
def test_no_key_is_written_twice(folder: str, where: Catalogue, language: str) -> None:
    text = (Path(wording.__file__).parent / folder / f"{language}.po").read_text()
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)

    assert len(keys) == len(set(keys)) == len(where.keys(language))


@pytest.mark.parametrize(("language", "key"), IN_THE_EAR)
def test_whoever_redials_the_number_learns_nothing(language: str, key: str) -> None:
    assert indiscretions(_said(PROMPTS, language, key)) == []


def test_there_are_sentences_for_the_ear() -> None:
    assert len(IN_THE_EAR) > 20


@pytest.mark.parametrize(("folder", "where", "language"), EVERYTHING)
def test_nobody_is_promised_that_they_cannot_be_found_out(folder: str, where: Catalogue, language: str) -> None:
    said = " ".join(_said(where, language, key) for key in where.keys(language))

    assert [found for found in indiscretions(said) if "promise" in found] == []


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("key", ["site.danger", "receipt.danger", "form.danger_hint"])
def test_112_comes_first_on_the_pages(language: str, key: str) -> None:
    assert "112" in wording.say(language, key)


@pytest.mark.parametrize("language", PROMPTS.languages)
def test_112_comes_first_on_the_telephone(language: str) -> None:
    assert "112" in PROMPTS.say(language, "voice.greeting")


def test_the_wording_that_the_law_allows_stands_as_it_was_approved() -> None:
    assert wording.say("sv", "form.honest_little") == "Du behöver inte säga vem du är. Vi sparar så lite som möjligt."


def test_every_sentence_a_page_asks_for_is_written() -> None:
    sources = [*PAGES.glob("*.html"), *(ROOM / name for name in ("answers.py", "form.py")), *ROOM.glob("mailbox*.py")]
    asked = {key for source in sources for key in re.findall(r'"([a-z]+\.[a-z_.]*[a-z])"', source.read_text())}
    asked -= {page.name for page in PAGES.iterdir()} | ACTIONS.keys()

    assert len(asked) > 60
    assert asked <= SENTENCES.keys("sv")


def test_what_a_language_lacks_is_said_in_swedish(tmp_path: Path) -> None:
    (tmp_path / "sv.po").write_text('msgid "a"\nmsgstr "hej {who}"\n\nmsgid "b"\nmsgstr "då"\n')
    (tmp_path / "en.po").write_text('msgid "a"\nmsgstr "hello {who}"\n\nmsgid "b"\nmsgstr ""\n')
    catalogue = Catalogue(tmp_path)

    assert catalogue.languages == ("sv", "en")
    assert catalogue.say("en", "a", who="bo") == "hello bo"
    assert (catalogue.nearest("en"), catalogue.nearest("tlh")) == ("en", "sv")
    assert catalogue.say("en", "b") == catalogue.say("tlh", "b") == "då"
    with pytest.raises(KeyError):
        catalogue.say("en", "a")


def test_languages_know_their_name_and_the_way_they_are_written() -> None:
    assert (own_name("sv"), own_name("en"), own_name("ar")) == ("Svenska", "English", "العربية")
    assert (direction("so"), direction("ar")) == ("ltr", "rtl")


def test_a_code_is_spelled_for_a_voice() -> None:
    assert wording.spell("K7 Q2") == "K, 7, Q, 2"
