"""A practice cannot be taken for the real line, and the real line cannot be reached from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.cases.models import Case
from app.demo.folder import claim
from app.demo.invented import PEOPLE
from app.demo.lesson import SENTENCES
from app.demo.marked import WORD, marked
from app.demo.practising import begin, marked_house
from app.demo.stage import Stage, stage
from app.errors import Misconfigured
from app.simulator.page_deeds import INVENTED
from tests.browsers import Browser

PORT = 8100
SITE = f"http://127.0.0.1:{PORT}"
PAGES = ("/practice/", "/sv/", "/ar/contact", "/console/sign-in", "/console/x", "/practice/x")
OUTSIDE = {
    "SMTP_URL": "smtp://mail.example.org",
    "HEARTBEAT_URL": "https://watch.example.org/ping",
    "TWILIO_REGION": "ie1",
    "SYSLOG_URL": "syslog+tls://siem.example.org",
    "PAGE_LINKS": "https://k.example.org",
}
"""What a house that is in earnest may have in its surroundings."""


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    surroundings = pytest.MonkeyPatch()
    for name, value in OUTSIDE.items():
        surroundings.setenv(name, value)
    with stage(tmp_path_factory.mktemp("practice"), port=PORT, speed=1.0, fresh=False, practice=True) as here:
        surroundings.undo()
        begin(here)
        yield here


@pytest.fixture(scope="module")
def browser(practice: Stage) -> Browser:
    return Browser(marked_house(practice), base_url=SITE)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_first_of_all_that_it_is_a_practice(browser: Browser, path: str):
    page = browser.get(path, follow_redirects=True)
    assert f"<title>{WORD} · " in page.text
    assert re.search(rf"<body[^>]*><aside[^>]*><p[^>]*><strong>{WORD}\.", page.text)
    assert page.text.count('rel="icon"') == 1
    assert '/practice/practice.svg"' in page.text
    assert 'rel="manifest"' not in page.text, "it is not installed as an app beside the real one"
    assert int(page.headers["content-length"]) == len(page.content)


def test_a_board_that_stays_open_keeps_the_word_in_its_title():
    assert marked('<div id="board" data-title="(1) Tavlan">') == f'<div id="board" data-title="{WORD} · (1) Tavlan">'


def test_nothing_in_the_surroundings_gives_it_a_way_out(practice: Stage):
    told = practice.settings
    assert {told.smtp_url, told.heartbeat_url, told.twilio_region, told.syslog_url, told.page_links} == {None}
    assert told.push_services == ()
    assert {told.twilio_api_url, told.elks_api_url.removesuffix("/elks")} == {f"http://127.0.0.1:{PORT + 1}"}
    assert all(INVENTED.fullmatch(person.number) for person in PEOPLE.values())


def test_a_colleague_signs_in_as_whom_they_like_and_meets_whom_they_like(practice: Stage, browser: Browser):
    enrol = browser.post("/practice/sign-in", data={"alias": "anna"}, follow_redirects=False)
    board = browser.post(enrol.headers["location"], data={"passphrase": "fyra gula cyklar i regn"})
    assert "Inget väntar" in board.text

    answer = browser.post("/practice/people", data={"who": "alex"})

    assert "Formuläret har kommit in." in answer.text
    with practice.db.reading() as session:
        (case,) = session.scalars(select(Case))
        assert case.danger
    assert case.reference in browser.get("/console/").text


def test_who_is_nobody_there_is_said_to_be_nobody_and_another_sites_form_is_refused(browser: Browser):
    assert browser.post("/practice/people", data={"who": "kalle"}).status_code == 404
    assert browser.post("/practice/sign-in", data={"alias": "hodans"}).status_code == 404
    other = {"sec-fetch-site": "cross-site"}
    assert browser.post("/practice/people", data={"who": "alex"}, headers=other).status_code == 403


def test_its_log_says_what_it_is_before_anybody_calls(practice: Stage):
    with practice.db.reading() as session:
        entries = [json.loads(entry.body) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    actions = [entry["action"] for entry in entries]
    assert "practice.began" in actions
    assert "case.opened" not in actions[: actions.index("practice.began")]


def test_every_text_says_so_as_well(practice: Stage):
    anna = practice.exchange.phone("+46701740605")
    anna.takes("+46846500400", "K7Q2, 23 h kvar")
    assert anna.inbox[-1].body.startswith(WORD)


def test_a_demo_and_a_practice_never_share_a_folder(tmp_path: Path):
    claim(tmp_path, fresh=False, practice=True)
    with pytest.raises(Misconfigured, match="practice's"):
        claim(tmp_path, fresh=False)
    with pytest.raises(Misconfigured):
        claim(tmp_path, fresh=True)


def test_everybody_one_can_meet_has_a_card_in_both_languages():
    assert SENTENCES.keys("sv") == SENTENCES.keys("en")
    for name, person in PEOPLE.items():
        wanted = {f"person.{name}", f"person.{name}.try", f"person.{name}.card"}
        wanted |= {f"{deed}.{person.way.replace(' ', '_')}" for deed in ("do", "played")}
        assert wanted <= SENTENCES.keys("sv")
