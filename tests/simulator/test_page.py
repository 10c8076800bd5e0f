from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.simulator import create_simulator
from app.simulator.bad_day import BadDay
from app.simulator.elks import Elks, ElksAccount
from app.simulator.numbers import WITHHELD
from app.simulator.page import PAGES
from app.simulator.refusals import Refused
from tests.simulator.customer import ACCOUNT, ANNA, CALLER, LINE, SITE, twiml

FILES = sorted(path.name for path in PAGES.iterdir() if path.suffix != ".html")


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
    assert len(FILES) > 5
    assert "Nothing leaves this machine." in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    for name in FILES:
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


def day(page, carrier="Twilio", **faults):
    return page.put(f"/carriers/{carrier}.json", json=faults)


@pytest.mark.parametrize("spelling", [*WITHHELD, "sip:someone@example.org", "client:someone"])
def test_a_hidden_number_can_be_spelled_in_every_way_there_is(page, customer, timeline, spelling):
    assert spelling in page.get("/phones.json").json()["spellings"]
    act(page, CALLER, "call", to=LINE, hidden=True, spelling=spelling)
    timeline.settle()
    assert customer.told("/voice")[0]["From"] == spelling


def test_a_call_can_come_by_a_switchboard(page, customer, timeline):
    act(page, CALLER, "call", to=LINE, by_switchboard=True)
    timeline.settle()
    assert customer.told("/voice")[0]["ForwardedFrom"] == "+46846500490"


def test_a_long_text_with_a_picture_can_be_sent(page, customer, timeline):
    act(page, CALLER, "text", to=LINE, words="Jag behöver hjälp. " * 20, pictures=2)
    timeline.settle()
    told = customer.told("/sms")[0]
    assert (told["NumMedia"], told["NumSegments"], told["MediaContentType1"]) == ("2", "3", "image/gif")


def test_whoever_opts_out_is_shown_to_have(page):
    act(page, ANNA, "text", to=LINE, words="STOP")
    assert handler(page)["opted_out"] == [LINE]
    act(page, ANNA, "text", to=LINE, words="START")
    assert handler(page)["opted_out"] == []


def test_a_phone_can_be_taken_for_a_machine(page, anna):
    act(page, ANNA, "sound", sounds_like="machine_end_beep")
    assert (anna.sounds_like, handler(page)["sounds_like"]) == ("machine_end_beep", "machine_end_beep")


def test_a_bad_day_is_set_and_over(page, exchange):
    assert day(page, duplicates=True, webhook_delay=4.5, unreachable=True).status_code == 204
    assert (exchange.faults.duplicate_webhooks, exchange.faults.webhook_delay) == (True, 4.5)
    [carrier] = page.get("/carriers.json").json()["carriers"]
    assert carrier["day"] | {"duplicates": True, "unreachable": True} == carrier["day"]
    assert day(page).status_code == 204
    assert not exchange.faults.duplicate_webhooks
    assert not exchange.faults.strikes("no connection")


@pytest.mark.parametrize(
    ("rest", "code", "sent"),
    [
        ("works", None, 1),
        ("too many requests", 20429, 0),
        ("broken", 20500, 0),
        ("breaks after doing it", 20500, 1),
    ],
)
def test_what_is_asked_of_a_carrier_can_come_to_nothing(*, page, exchange, timeline, rest, code, sent):
    day(page, rest=rest)
    path, auth = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json", (ACCOUNT.sid, ACCOUNT.auth_token)
    answer = page.post(path, data={"To": ANNA, "From": LINE, "Body": "x"}, auth=auth)
    assert answer.json().get("code") == code
    assert len(exchange.messages.kept) == sent


def test_each_carrier_has_its_own_days(page, exchange):
    elks = Elks(exchange, ElksAccount("u", "p"))
    first, second = page.get("/carriers.json").json()["carriers"]
    assert set(first["can"]) == set(BadDay.model_fields) > set(second["can"])
    day(page, second["name"], duplicates=True)
    assert (elks.faults.duplicate_webhooks, exchange.faults.duplicate_webhooks) == (True, False)


def test_a_carrier_that_keeps_records_refuses_to_delete_them(page, exchange):
    day(page, keeps_records=True)
    assert exchange.faults.refusal("GET", "/Messages/SM0.json") is None
    refusal = exchange.faults.refusal("DELETE", "/Messages/SM0.json")
    assert refusal
    assert Refused(refusal.code).status == 409


@pytest.mark.parametrize(
    ("carrier", "faults", "status"),
    [
        ("Nobody", {}, 404),
        ("Twilio", {"webhook_delay": 16}, 422),
        ("Twilio", {"rest": "x"}, 422),
        ("Twilio", {"x": 1}, 422),
    ],
)
def test_a_day_no_carrier_can_have_is_refused(*, page, carrier, faults, status):
    assert day(page, carrier, **faults).status_code == status


def test_everything_posted_is_shown_with_its_answer_and_what_was_wrong(page, customer, timeline):
    customer.replies["/sms"] = 500
    act(page, CALLER, "text", to=LINE, words="hello")
    timeline.settle()
    posted, wrong = page.get("/traffic.json").json()
    assert (posted["kind"], posted["url"], posted["status"], posted["signed"]) == ("webhook", f"{SITE}/sms", 500, True)
    assert posted["params"]["Body"] == "hello"
    assert (wrong["kind"], wrong["code"]) == ("alert", 11200)
    assert page.get("/traffic.json", params={"after": wrong["number"]}).json() == []
    act(page, CALLER, "text", to=LINE, words="again")
    timeline.settle()
    assert len(page.get("/traffic.json", params={"after": wrong["number"]}).json()) == 2
