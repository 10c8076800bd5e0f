"""The second carrier's wire, spoken to by bare HTTP as its documentation has it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.simulator import Exchange, ManualTimeline, Phone
from app.simulator.elks import Elks, ElksAccount
from app.simulator.elks_posting import AGAIN_AFTER
from app.simulator.elks_rest import create_elks
from tests.simulator.customer import ANNA, LINE, NOBODY, SITE, Customer

NUMBER = "+46846500401"
ACCOUNT = ElksAccount("u1", "a password")
A_FORM = {"from": NUMBER, "to": ANNA, "message": "Case K7Q2", "whendelivered": f"{SITE}/receipt"}
A_CALL = {"from": NUMBER, "to": ANNA, "voice_start": f"{SITE}/start", "whenhangup": f"{SITE}/end", "timeout": "20"}
MENU = {"ivr": f"{SITE}/menu.wav", "digits": 1, "timeout": 8, "repeat": 2, "next": f"{SITE}/key"}


@pytest.fixture
def elks(exchange: Exchange) -> Elks:
    elks = Elks(exchange, ACCOUNT)
    elks.sell_number(NUMBER, sms_url=f"{SITE}/texts")
    return elks


@pytest.fixture
def api(elks: Elks) -> Iterator[TestClient]:
    with TestClient(create_elks(elks), base_url="http://elks") as client:
        client.auth = (ACCOUNT.username, ACCOUNT.password)
        yield client


@pytest.fixture
def menu(customer: Customer) -> None:
    customer.replies["/start"] = json.dumps(MENU)
    customer.replies["/key"] = json.dumps({"play": f"{SITE}/thanks.wav", "skippable": False})


def states(customer: Customer) -> list[tuple[str, bool]]:
    """How calls ended, and whether they had begun."""
    return [(told["state"], "start" in told) for told in customer.told("/end")]


def test_a_text_reaches_the_phone_and_its_receipts_follow(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline
) -> None:
    sent = api.post("/a1/sms", data=A_FORM).json()
    assert (sent["status"], sent["direction"], sent["id"][0]) == ("created", "outgoing", "s")
    timeline.advance(5)
    assert [(text.sender, text.body, text.brought_by) for text in anna.inbox] == [(NUMBER, "Case K7Q2", "46elks")]
    told = customer.told("/receipt")
    assert [(each["id"], each["status"]) for each in told] == [(sent["id"], "sent"), (sent["id"], "delivered")]
    assert "delivered" in told[1]


def test_nothing_is_signed(api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline) -> None:
    api.post("/a1/sms", data=A_FORM)
    timeline.advance(5)
    assert customer.headers
    assert all("X-Twilio-Signature" not in headers for headers in customer.headers)


def test_the_words_stay_in_the_history_unless_they_are_asked_to_be_left_out(
    api: TestClient, elks: Elks, anna: Phone, timeline: ManualTimeline
) -> None:
    for dontlog in ("", "message"):
        api.post("/a1/sms", data={**A_FORM, "dontlog": dontlog})
    timeline.advance(5)
    assert [text.message for text in elks.texts.values()] == ["Case K7Q2", ""]
    assert [text.body for text in anna.inbox] == ["Case K7Q2"] * 2


@pytest.mark.parametrize("behaviour", ["switched off", "out of coverage"])
def test_a_phone_that_is_away_for_a_day_has_failed(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline, behaviour: str
) -> None:
    anna.behaviour = behaviour
    api.post("/a1/sms", data=A_FORM)
    timeline.advance(3600)
    assert [told["status"] for told in customer.told("/receipt")] == ["sent"]
    timeline.advance(24 * 3600)
    assert [told["status"] for told in customer.told("/receipt")] == ["sent", "failed"]


def test_a_number_that_nobody_has_fails_soon(api: TestClient, customer: Customer, timeline: ManualTimeline) -> None:
    api.post("/a1/sms", data={**A_FORM, "to": NOBODY})
    timeline.advance(5)
    assert [told["status"] for told in customer.told("/receipt")] == ["sent", "failed"]


def test_a_key_on_the_phone_is_posted_and_what_is_answered_is_carried_out(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline, menu: None
) -> None:
    call = api.post("/a1/calls", data=A_CALL).json()
    assert (call["state"], call["id"][0]) == ("ongoing", "c")
    timeline.advance(2)
    assert anna.leg
    assert (anna.ringing, anna.leg.sender, anna.leg.brought_by) == (anna.leg, NUMBER, "46elks")
    assert customer.told("/start") == [], "not before it is answered"
    anna.answer()
    assert anna.state == "waiting for keys"
    anna.press("1")
    timeline.advance(10)
    about = {"callid": call["id"], "direction": "outgoing", "from": NUMBER, "to": ANNA}
    assert customer.told("/start") == [about | {"result": "newoutgoing"}]
    assert customer.told("/key") == [about | {"result": "1"}]
    assert [heard.sound for heard in anna.heard] == [f"{SITE}/menu.wav", f"{SITE}/thanks.wav"]
    assert (anna.state, states(customer)) == ("idle", [("success", True)])


def test_whoever_presses_nothing_hears_it_again_and_then_that_is_told(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline, menu: None
) -> None:
    customer.replies["/key"] = json.dumps({"hangup": "reject"})
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(2)
    anna.answer()
    timeline.advance(60)
    assert len(anna.heard) == 2
    assert [(told["result"], told["why"]) for told in customer.told("/key")] == [("failed", "noinput")]
    assert states(customer) == [("success", True)]


@pytest.mark.parametrize(
    ("behaviour", "ended"), [("rings out", "failed"), ("busy", "busy"), ("switched off", "failed")]
)
def test_a_call_that_nobody_takes_says_so_and_asks_nothing(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline, behaviour: str, ended: str
) -> None:
    anna.behaviour = behaviour
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(60)
    assert states(customer) == [(ended, False)]
    assert customer.told("/start") == []


@pytest.mark.parametrize("answer", ["", "not JSON", "[]", "{}", '{"hangup": "reject"}', 500])
def test_an_answer_that_is_no_action_ends_the_call(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline, answer: str | int
) -> None:
    customer.replies["/start"] = answer
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(2)
    anna.answer()
    timeline.advance(1)
    assert states(customer) == [("success", True)]


def test_actions_may_stand_inside_one_another(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline
) -> None:
    thanks = {"play": f"{SITE}/thanks.wav"}
    customer.replies["/start"] = json.dumps({"play": f"{SITE}/hello.wav", "next": {**MENU, "1": thanks}})
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(2)
    anna.answer()
    timeline.advance(5)
    anna.press("1")
    timeline.advance(10)
    assert [heard.text for heard in anna.heard] == ["hello.wav", "menu.wav", "thanks.wav"]
    assert customer.told("/key") == []


def test_a_text_to_its_number_is_announced_and_one_to_the_other_carriers_is_not(
    elks: Elks, customer: Customer, anna: Phone, timeline: ManualTimeline
) -> None:
    anna.text(NUMBER, "1")
    anna.text(LINE, "2")
    timeline.advance(1)
    (told,) = customer.told("/texts")
    assert (told["from"], told["to"], told["message"], told["direction"]) == (ANNA, NUMBER, "1", "incoming")
    assert len(customer.told("/sms")) == 1


def test_what_is_not_answered_well_is_posted_again_for_hours(
    api: TestClient, customer: Customer, anna: Phone, timeline: ManualTimeline
) -> None:
    customer.replies["/receipt"] = 500
    api.post("/a1/sms", data=A_FORM)
    timeline.advance(5 * 3600)
    assert len(customer.told("/receipt")) == 2 * len(AGAIN_AFTER)
    customer.replies["/receipt"] = 204
    timeline.advance(24 * 3600)
    assert len(customer.told("/receipt")) == 2 * len(AGAIN_AFTER) + 2


def test_receipts_come_twice_or_not_at_all_on_bad_days(
    api: TestClient, elks: Elks, customer: Customer, anna: Phone, timeline: ManualTimeline
) -> None:
    elks.faults.duplicate_webhooks = True
    elks.faults.lose_callbacks(1)
    api.post("/a1/sms", data=A_FORM)
    timeline.advance(5)
    assert [told["status"] for told in customer.told("/receipt")] == ["delivered", "delivered"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"to": "112"}, 400), ({"to": ""}, 400), ({"from": LINE}, 403), ({"message": ""}, 400)],
)
def test_what_it_refuses_it_refuses_in_bare_words(
    api: TestClient, elks: Elks, changes: dict[str, str], status: int
) -> None:
    answer = api.post("/a1/sms", data={**A_FORM, **changes})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert not elks.texts


def test_a_call_needs_an_address(api: TestClient) -> None:
    assert api.post("/a1/calls", data={**A_CALL, "voice_start": "play"}).status_code == 400


def test_strangers_are_refused_and_so_is_everybody_on_a_bad_day(
    api: TestClient, elks: Elks, exchange: Exchange
) -> None:
    for who in (("u1", "wrong"), ("u2", "a password"), None):
        assert api.get("/a1/me", auth=who or ("", "")).text == "API access denied"
    elks.faults.refuse(status=503, code=0, on="sms")
    assert api.post("/a1/sms", data=A_FORM).status_code == 503
    assert api.post("/a1/sms", data=A_FORM).status_code == 200
    assert exchange.faults.refusal("POST", "/Messages") is None, "the bad days of one are not those of the other"


def test_the_account_tells_what_is_left_and_an_empty_one_sends_nothing(exchange: Exchange, anna: Phone) -> None:
    elks = Elks(exchange, ElksAccount("u1", "p", credits=0))
    elks.sell_number(NUMBER, sms_url=f"{SITE}/texts")
    client = TestClient(create_elks(elks), base_url="http://elks")
    assert client.get("/a1/me", auth=("u1", "p")).json()["balance"] == 0
    answer = client.post("/a1/sms", data=A_FORM, auth=("u1", "p"))
    assert (answer.status_code, answer.text) == (403, "Not enough credits")
    listed = client.get("/a1/numbers", auth=("u1", "p")).json()["data"]
    assert [(each["number"], each["sms_url"]) for each in listed] == [(NUMBER, f"{SITE}/texts")]


def test_its_calls_and_texts_do_not_stand_in_the_other_carriers_records(
    api: TestClient, exchange: Exchange, anna: Phone, timeline: ManualTimeline
) -> None:
    api.post("/a1/sms", data=A_FORM)
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(5)
    assert not exchange.legs
    assert not exchange.messages.kept


def test_a_phone_that_is_on_a_call_of_one_carrier_is_busy_for_the_other(
    api: TestClient, exchange: Exchange, customer: Customer, anna: Phone, timeline: ManualTimeline, menu: None
) -> None:
    anna.call(LINE)
    api.post("/a1/calls", data=A_CALL)
    timeline.advance(2)
    assert states(customer) == [("busy", False)]
