"""Ways around the ways in: a half sign-in that outlives its passphrase, a seed left lying, words that are no answer."""

from __future__ import annotations

import asyncio
import re

import pyotp
import pytest

from app.staff import code_apps, duress, half_sign_ins, sessions
from app.staff.directory import by_alias
from app.staff.factor_models import CodeApp
from app.staff.signin import enrol, make_link, sign_in
from tests.console.office import PASSPHRASE, Office, send
from tests.console.test_account import HERE, OTHER, signed_in, under_duress, with_an_app

ANOTHER = "sju svanar över sundet"


def test_a_half_sign_in_ends_with_the_passphrase_that_began_it(enrolled: Office):
    here = signed_in(enrolled)
    with_an_app(enrolled, here)
    enrolled.later(minutes=1)
    for anew in ("changed", "linked"):
        half = sign_in(enrolled.db, "anna", PASSPHRASE if anew == "changed" else ANOTHER, at=enrolled.now)
        if anew == "changed":
            assert send(here, "/console/passphrase", old=PASSPHRASE, new=ANOTHER).status_code == 303
        else:
            with enrolled.db.transaction() as session:
                link = make_link(session, by_alias(session, "anna"), at=enrolled.now, by="operator")
            enrol(enrolled.db, link, PASSPHRASE, at=enrolled.now)
        with enrolled.db.reading() as session:
            assert half_sign_ins.standing(session, half.token, at=enrolled.now) is None, anew


def test_the_passphrase_for_duress_does_not_become_the_one_that_opens_everything(enrolled: Office):
    browser = signed_in(enrolled)
    assert send(browser, f"{HERE}/duress", other=OTHER).status_code == 303
    refused = send(browser, "/console/passphrase", old=PASSPHRASE, new=OTHER)
    assert refused.status_code == 422
    assert "under hot" in refused.text
    with enrolled.db.reading() as session:
        begun = sign_in(enrolled.db, "anna", OTHER, at=enrolled.now)
        assert duress.is_decoy(session, sessions.hashed(begun))


def test_a_seed_that_was_left_lying_is_shown_to_nobody_and_becomes_no_factor(enrolled: Office):
    browser = signed_in(enrolled)
    send(browser, f"{HERE}/app")
    page = browser.get(f"{HERE}/app").text
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    enrolled.later(minutes=20)
    assert not re.search(r"<code>([A-Z2-7 ]+)</code>", browser.get(f"{HERE}/app").text)
    send(browser, f"{HERE}/app/code", code=pyotp.TOTP(seed).at(enrolled.now))
    with enrolled.db.reading() as session:
        assert code_apps.standing(session, by_alias(session, "anna").id) is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        "7",
        '"a"',
        "[" * 5000,
        '{"response": null}',
        '{"response": {"clientDataJSON": 7}}',
        '{"response": {"clientDataJSON": "å"}}',
        '{"response": {"clientDataJSON": "bnVsbA"}}',
        '{"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiA3fQ"}}',
        '{"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiBudWxsfQ"}}',
        '{"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiBbMV19"}}',
    ],
)
def test_what_no_authenticator_says_is_refused_calmly(enrolled: Office, answer: str):
    browser = enrolled.browser()
    browser.post("/console/sign-in/passkey/question")
    assert browser.post("/console/sign-in/passkey", data={"credential": answer}).status_code == 401


def test_no_host_that_a_browser_claims_leads_out_of_the_harmless_view(enrolled: Office):
    received, host = enrolled.approach(), "x/console/sign-out?"
    browser = under_duress(enrolled, received)
    assert browser.get("/console/", headers={"host": host}).text.count(received.reference) == 0
    assert browser.get(f"/console/cases/{received.reference}", headers={"host": host}).status_code == 404


def test_an_address_that_is_no_text_is_answered_calmly(office: Office):
    asked = {
        "type": "http",
        "method": "GET",
        "path": "/console/",
        "raw_path": b"/console/",
        "query_string": b"a=\xff",
        "headers": [],
        "scheme": "https",
        "server": ("linjen.example.org", 443),
        "client": None,
        "root_path": "",
    }
    said = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        said.append(message)

    asyncio.run(office.face(asked, receive, send))
    assert said[0]["status"] == 303


def test_under_duress_the_account_shows_the_steps_that_whoever_looks_on_has_just_seen(enrolled: Office):
    here = signed_in(enrolled)
    shows, _ = with_an_app(enrolled, here)
    send(here, f"{HERE}/duress", other=OTHER)
    enrolled.later(minutes=1)
    browser = enrolled.browser()
    browser.post("/console/sign-in", data={"alias": "anna", "passphrase": OTHER})
    assert browser.post("/console/sign-in/second", data={"code": shows.at(enrolled.now)}).status_code == 303
    page = browser.get(HERE)
    assert page.status_code == 200
    assert f"{HERE}/app/removal" in page.text
    with enrolled.db.reading() as session:
        real = session.get(CodeApp, by_alias(session, "anna").id)
        assert real is not None and real.confirmed_at
    folder = enrolled.face.state.site.decoys._houses
    (house,) = folder.values()
    with house.db.reading() as session:
        copied = session.query(CodeApp).one()
        assert copied.box != real.box
