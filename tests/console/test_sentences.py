"""Every sentence is there in both languages, and no page carries a style or a script of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.audit.actions import ACTIONS
from app.cases.bridge_stages import Stage
from app.cases.contents import REVEAL_REASONS
from app.cases.facts import ATTEMPT_OUTCOMES, CHANNELS, CONTACT_CHANNELS, CONTENT_KINDS, ROLES
from app.cases.first_contact import Standing
from app.cases.outreach import Why
from app.cases.texts import Fate
from app.console import console
from app.console.forms import ENDINGS
from app.console.next_step import Step
from app.console.wording import SENTENCES, meaning, spoken_by
from app.db import Base
from app.retention import rooms  # noqa: F401 - so that every kind of paper is known
from app.routing.papers import Paper
from app.staff.roles import Role

PAGES = Path(console.__file__).parent / "pages"
OURS = {key for key in SENTENCES.keys("sv") if not key.startswith("action.")}
MADE_OF_PARTS = {
    "step.": {f"{step}{more}" for step in Step for more in ("", ".more")},
    "ask.": set(Step),
    "standing.": set(Standing),
    "because.": set(REVEAL_REASONS),
    "outcome.": set(ATTEMPT_OUTCOMES),
    "contact.": set(CONTACT_CHANNELS),
    "content.": set(CONTENT_KINDS),
    "channel.": set(CHANNELS),
    "role.": set(ROLES),
    "role_of.": set(Role),
    "ending.": set(ENDINGS),
    "bridge.": {f"{stage}{more}" for stage in {*Stage} - {Stage.DONE, Stage.STOPPED} for more in ("", ".more")},
    "outreach.": {f"{why}.{end}" for why in Why for end in ("call", "sms", "do")},
    "text.fate.": {"sent", *Fate},
    "own.kind.": {each.class_.__tablename__ for each in Base.registry.mappers if issubclass(each.class_, Paper)},
}


def test_both_languages_say_the_same_things():
    assert SENTENCES.keys("en") == OURS
    for key in OURS:
        assert SENTENCES.placeholders("sv", key) == SENTENCES.placeholders("en", key), key


def test_whatever_a_page_says_somebody_wrote():
    for path in PAGES.glob("*.html"):
        for key in re.findall(r'say\("([a-z_.]+[a-z])"[,) ]', path.read_text()):
            assert key in OURS, f"{path.name} says {key}"


@pytest.mark.parametrize("prefix", MADE_OF_PARTS)
def test_every_word_of_a_closed_list_has_a_sentence(prefix: str):
    assert {prefix + word for word in MADE_OF_PARTS[prefix]} <= OURS


def test_every_deed_in_the_log_is_told_in_swedish():
    assert all(f"action.{name}" in SENTENCES.keys("sv") for name in ACTIONS)
    assert meaning("en", "case.opened") == ACTIONS["case.opened"].meaning
    assert meaning("sv", "from.the_future") == "from.the_future"


def test_a_colleague_without_swedish_or_english_gets_swedish():
    assert [spoken_by(languages) for languages in (["so", "en"], ["ar"], [])] == ["en", "sv", "sv"]


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.name)
def test_no_page_has_a_style_or_script_of_its_own(path: Path):
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|\|\s*safe|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=\"/console/assets/)", text)


def test_the_style_sheet_is_small():
    assert (PAGES / "assets" / "console.css").stat().st_size < 15_000


EXPLAINED = ("board", "case", "roster", "month", "log", "account", "cover", "meetings")
"""The pages on which much stands, and no sentence at the top that says what it is for."""


def test_the_pages_that_say_most_have_their_explanation_in_place():
    assert {key for key in OURS if re.fullmatch(r"help\.[a-z]+", key)} == {
        "help.title",
        *(f"help.{page}" for page in EXPLAINED),
    }


def test_every_key_of_the_keyboard_is_told_of_on_the_page_it_works_on():
    scripts = "".join((PAGES / "assets" / name).read_text() for name in ("keys.js", "session.js"))
    assert {f"help.key.{key}" for key in re.findall(r"\bKey([A-Z])\b", scripts)} == {
        key for key in OURS if key.startswith("help.key.")
    }
