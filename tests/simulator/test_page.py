from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.simulator import create_simulator
from tests.simulator.customer import ACCOUNT, ANNA, CALLER, LINE, twiml


@pytest.fixture
def page(exchange, anna):
    with TestClient(create_simulator(exchange)) as client:
        yield client


def act(page, phone, do, **more):
    return page.post("/phones.json", json={"phone": phone, "do": do, **more})


def handler(page):
    return page.get("/phones.json").json()["handlers"][0]


def test_the_page_takes_everything_from_itself(page):
    answer = page.get("/")
    assert "Nothing leaves this machine." in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    for name in ("phones.js", "phones.css", "phone.svg"):
        assert page.get(f"/pages/{name}").status_code == 200
        assert "//" not in page.get(f"/pages/{name}").text.replace("// ", "").replace("http://www.w3.org/", "")


def test_the_whole_way_can_be_gone_by_hand(page, customer, timeline):
    customer.replies |= {
        "/voice": twiml(f'<Dial callerId="{LINE}"><Number url="/screen">{ANNA}</Number></Dial>'),
        "/screen": twiml('<Gather numDigits="1" action="/ok"><Say language="sv-SE">Tryck 1.</Say></Gather><Hangup/>'),
        "/ok": twiml(),
    }
    assert act(page, CALLER, "call", to=LINE, hidden=True).status_code == 204
    timeline.advance(1)
    assert (handler(page)["state"], handler(page)["from"]) == ("ringing", LINE)
    act(page, ANNA, "answer")
    assert [(each["text"], each["language"]) for each in handler(page)["talk"]] == [("Tryck 1.", "sv-SE")]
    act(page, ANNA, "press", words="1")
    assert (handler(page)["state"], handler(page)["with"]) == ("bridged", [CALLER])
    act(page, ANNA, "say", words="Hej")
    assert handler(page)["talk"][-1] | {"text": "Hej", "mine": True} == handler(page)["talk"][-1]
    act(page, CALLER, "hang up")
    assert (handler(page)["state"], handler(page)["ended"]) == ("idle", "completed")


def test_texts_lie_in_the_phone_as_they_went(page, exchange, timeline):
    exchange.messages.send(to=ANNA, sender=LINE, body="Case K7Q2")
    timeline.advance(5)
    act(page, ANNA, "text", to=LINE, words="1")
    assert [(text["body"], text["mine"]) for text in handler(page)["texts"]] == [("Case K7Q2", False), ("1", True)]


def test_a_phone_can_be_told_how_to_behave(page, anna):
    act(page, ANNA, "behave", behaviour="voicemail")
    assert anna.behaviour == "voicemail"


@pytest.mark.parametrize(
    ("phone", "do", "more", "status"),
    [
        ("+46850000000", "call", {"to": LINE}, 422),
        ("112", "call", {"to": LINE}, 422),
        (CALLER, "call", {"to": ANNA}, 404),
        (CALLER, "press", {"words": "A"}, 422),
        (CALLER, "sing", {}, 422),
        (CALLER, "call", {"to": LINE, "unknown": 1}, 422),
    ],
)
def test_what_cannot_be_done_is_refused(*, page, phone, do, more, status):
    assert act(page, phone, do, **more).status_code == status


def test_another_site_cannot_use_the_phones(page):
    deed = {"phone": CALLER, "do": "call", "to": LINE}
    assert page.post("/phones.json", json=deed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_page_and_the_api_live_in_one_app(page):
    path = f"/2010-04-01/Accounts/{ACCOUNT.sid}.json"
    assert page.get(path).status_code == 401
    assert page.get(path, auth=(ACCOUNT.sid, ACCOUNT.auth_token)).json()["sid"] == ACCOUNT.sid
