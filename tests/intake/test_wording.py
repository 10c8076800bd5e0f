"""The sentences: complete in every language, and silent about what must not be said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.catalogue import Catalogue, direction, own_name
from app.intake import wording

SENTENCES = wording.SENTENCES
PAGES = Path(wording.__file__).parent / "pages"
FORBIDDEN = re.compile(
    r"socialtjänst|social services|gäng|\bgang|avhopp|defect|skydd|protect|polis|police|brott|crime|krimin|crimin"
    r"|våld|violen|hot\b|threat|kommun|municipal|\bstad|\bcity|stockholm|göteborg|malmö|linjen|anonym",
    re.IGNORECASE,
)
IN_THE_EAR = sorted(key for key in SENTENCES.keys("sv") if key.startswith(("voice.", "page.", "screen.")))


def _said(language: str, key: str) -> str:
    return wording.say(language, key, **dict.fromkeys(SENTENCES.placeholders(language, key), "7"))


@pytest.mark.parametrize("language", wording.languages())
def test_a_language_says_everything_and_nothing_besides(language: str) -> None:
    assert SENTENCES.keys(language) == SENTENCES.keys("sv")


@pytest.mark.parametrize("language", wording.languages())
def test_a_sentence_wants_the_same_values_in_every_language(language: str) -> None:
    for key in SENTENCES.keys("sv"):
        assert SENTENCES.placeholders(language, key) == SENTENCES.placeholders("sv", key), key


@pytest.mark.parametrize("language", wording.languages())
def test_no_key_is_written_twice(language: str) -> None:
    text = (Path(wording.__file__).parent / "languages" / f"{language}.po").read_text()
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)

    assert len(keys) == len(set(keys)) == len(SENTENCES.keys(language))


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("key", IN_THE_EAR)
def test_whoever_redials_the_number_learns_nothing(language: str, key: str) -> None:
    assert not FORBIDDEN.search(_said(language, key))


def test_there_are_sentences_for_the_ear() -> None:
    assert len(IN_THE_EAR) > 20


@pytest.mark.parametrize("language", wording.languages())
def test_nobody_is_promised_that_they_cannot_be_found_out(language: str) -> None:
    said = " ".join(_said(language, key) for key in SENTENCES.keys(language)).lower()

    assert not re.search(r"anonym|ingen får veta|polisen får inte|no one will know|guarantee|garant", said)


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("key", ["site.danger", "voice.greeting", "voice.sorry", "receipt.danger", "form.danger_hint"])
def test_112_comes_first(language: str, key: str) -> None:
    assert "112" in wording.say(language, key)


def test_the_wording_that_the_law_allows_stands_as_it_was_approved() -> None:
    assert wording.say("sv", "form.honest_little") == "Du behöver inte säga vem du är. Vi sparar så lite som möjligt."


def test_every_sentence_a_page_asks_for_is_written() -> None:
    sources = [*PAGES.glob("*.html"), Path(wording.__file__).with_name("answers.py")]
    asked = {key for source in sources for key in re.findall(r'"([a-z]+\.[a-z_.]*[a-z])"', source.read_text())}
    asked -= {page.name for page in PAGES.glob("*.html")}

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
