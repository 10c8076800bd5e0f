"""The REST side, spoken to by Twilio's own client over a real socket, and by bare HTTP where that shows more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from app.simulator import create_rest
from tests.serving import served
from tests.simulator.conftest import InProcess
from tests.simulator.customer import ACCOUNT, ANNA, BO, CALLER, LINE, NOBODY, SITE, START, twiml


@pytest.fixture
def origin(exchange):
    """The exchange's API on a loopback port."""
    with served(create_rest(exchange)) as address:
        yield address


@pytest.fixture
def far_twilio(origin):
    """Twilio's client with its own transport, over a socket."""
    client = Client(ACCOUNT.sid, ACCOUNT.auth_token, http_client=TwilioHttpClient(timeout=30, pool_connections=False))
    client.api.base_url = origin
    return client


def send(twilio, **more):
    return twilio.messages.create(**{"to": ANNA, "from_": LINE, "body": "Case K7Q2", **more})


def ring(twilio, **more):
    return twilio.calls.create(**{"to": ANNA, "from_": LINE, "url": f"{SITE}/page", **more})


def test_a_text_reaches_the_phone_and_its_receipts_follow(twilio, customer, anna, timeline):
    sent = send(twilio, status_callback=f"{SITE}/receipt")
    assert (sent.status, sent.direction, sent.sid[:2]) == ("queued", "outbound-api", "SM")
    assert anna.inbox == []
    timeline.advance(5)
    assert [(text.sender, text.body) for text in anna.inbox] == [(LINE, "Case K7Q2")]
    assert [told["MessageStatus"] for told in customer.told("/receipt")] == ["sending", "sent", "delivered"]
    fetched = twilio.messages(sent.sid).fetch()
    assert (fetched.status, fetched.date_created, fetched.error_code) == ("delivered", START, None)


@pytest.mark.parametrize(("to", "behaviour", "code"), [(ANNA, "switched off", 30003), (NOBODY, None, 30005)])
def test_a_text_that_cannot_be_delivered_says_why(*, twilio, customer, anna, timeline, to, behaviour, code):
    anna.behaviour = behaviour or "by hand"
    sent = send(twilio, to=to, status_callback=f"{SITE}/receipt")
    timeline.advance(5)
    assert (
        customer.told("/receipt")[-1] | {"MessageStatus": "undelivered", "ErrorCode": str(code)}
        == customer.told("/receipt")[-1]
    )
    assert twilio.messages(sent.sid).fetch().error_code == code


def test_a_text_that_waited_longer_than_it_is_valid_is_not_sent(twilio, exchange, anna, timeline):
    exchange.faults.message_delay = 700
    sent = send(twilio, validity_period=600)
    timeline.advance(1000)
    fetched = twilio.messages(sent.sid).fetch()
    assert (fetched.status, fetched.error_code, anna.inbox) == ("failed", 30036, [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "+4612"}, 21211),
        ({"to": "112"}, 21211),
        ({"from_": BO}, 21606),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_with_the_carriers_code(twilio, anna, wrong, code):
    with pytest.raises(TwilioRestException) as refused:
        send(twilio, **wrong)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    ("wrong", "code"), [({"to": "+4612"}, 21211), ({"from_": BO}, 21210), ({"url": "not a url"}, 21205)]
)
def test_a_call_that_cannot_be_made_is_refused_with_the_carriers_code(twilio, anna, wrong, code):
    with pytest.raises(TwilioRestException) as refused:
        ring(twilio, **wrong)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_call_rings_is_answered_and_follows_the_document(twilio, customer, anna, timeline):
    customer.replies |= {
        "/page": twiml('<Gather numDigits="1" action="/taken"><Say>A case.</Say></Gather>'),
        "/taken": twiml(),
    }
    placed = ring(
        twilio,
        status_callback=f"{SITE}/progress",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert placed.status == "queued"
    timeline.advance(1)
    assert anna.state == "ringing"
    assert customer.told("/page") == []
    anna.answer()
    assert anna.heard_text == "A case."
    anna.press("1")
    assert customer.told("/taken")[0]["Direction"] == "outbound-api"
    statuses = [told["CallStatus"] for told in customer.told("/progress")]
    assert statuses == ["initiated", "ringing", "in-progress", "completed"]
    assert twilio.calls(placed.sid).fetch().status == "completed"


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("rings out", "no-answer"), ("busy", "busy"), ("switched off", "no-answer"), ("by hand", "no-answer")],
)
def test_a_call_nobody_answers_is_written_down_as_what_it_was(*, twilio, customer, anna, timeline, behaviour, status):
    anna.behaviour = behaviour
    placed = ring(twilio, timeout=20, status_callback=f"{SITE}/progress")
    timeline.advance(30)
    assert twilio.calls(placed.sid).fetch().status == status
    assert [told["CallStatus"] for told in customer.told("/progress")] == [status]


def test_a_machine_is_told_from_a_human_when_asked(twilio, customer, anna, bo, timeline):
    anna.behaviour, bo.behaviour = "voicemail", "answers"
    ring(twilio, machine_detection="Enable")
    ring(twilio, to=BO, machine_detection="Enable")
    timeline.advance(20)
    answered = {told["To"]: told["AnsweredBy"] for told in customer.told("/page")}
    assert answered == {ANNA: "machine_start", BO: "human"}


def test_a_call_can_be_taken_back_ended_and_led_elsewhere(twilio, customer, anna, timeline):
    customer.replies |= {"/page": twiml('<Pause length="60"/>'), "/else": twiml("<Say>Elsewhere.</Say><Pause/>")}
    taken_back = ring(twilio)
    timeline.advance(1)
    twilio.calls(taken_back.sid).update(status="canceled")
    assert anna.state == "idle"
    ended = ring(twilio)
    timeline.advance(1)
    anna.answer()
    twilio.calls(ended.sid).update(url=f"{SITE}/else")
    timeline.settle()
    assert anna.heard_text == "Elsewhere."
    twilio.calls(ended.sid).update(status="completed")
    assert anna.state == "idle"
    statuses = {call.sid: call.status for call in twilio.calls.list()}
    assert statuses == {taken_back.sid: "canceled", ended.sid: "completed"}


def test_records_can_be_listed_page_by_page(twilio, anna, bo, timeline):
    for count in range(5):
        send(twilio, to=ANNA if count % 2 else BO, body=str(count))
    timeline.advance(5)
    assert [message.body for message in twilio.messages.list(page_size=2)] == ["4", "3", "2", "1", "0"]
    assert [message.body for message in twilio.messages.list(to=ANNA)] == ["3", "1"]
    assert len(twilio.messages.list(limit=3)) == 3
    assert len(twilio.messages.list(date_sent=START.date())) == 5
    assert twilio.messages.list(date_sent_after=START + timedelta(hours=1)) == []
    assert twilio.messages.list(date_sent_before=date(2026, 1, 4)) == []


def test_inbound_calls_and_texts_can_be_found_afterwards(twilio, caller, timeline):
    leg = caller.call(LINE)
    caller.text(LINE, "help")
    assert [call.sid for call in twilio.calls.list(to=LINE)] == [leg.sid]
    assert [(message.direction, message.from_) for message in twilio.messages.list(to=LINE)] == [("inbound", CALLER)]


def test_what_is_not_finished_cannot_be_deleted(twilio, anna, timeline):
    sent = send(twilio)
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages(sent.sid).delete()
    assert refused.value.code == 20009
    timeline.advance(5)
    assert twilio.messages(sent.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        twilio.messages(sent.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_a_body_can_be_blanked(twilio, anna, timeline):
    sent = send(twilio)
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages(sent.sid).update(body="")
    assert refused.value.code == 20009
    timeline.advance(5)
    assert twilio.messages(sent.sid).update(body="").body == ""


def test_the_account_and_its_lines_can_be_compared_with_what_should_be_set(twilio):
    assert twilio.api.accounts(ACCOUNT.sid).fetch().status == "active"
    [line] = twilio.incoming_phone_numbers.list(phone_number=LINE)
    assert (line.voice_url, line.voice_method, line.sms_url) == (f"{SITE}/voice", "POST", f"{SITE}/sms")
    assert line.voice_fallback_url == f"{SITE}/fallback"


def test_an_api_key_opens_the_account_too(rest, anna):
    client = Client(ACCOUNT.api_key, ACCOUNT.api_secret, ACCOUNT.sid, http_client=InProcess(rest))
    client.api.base_url = "http://exchange"
    assert send(client).status == "queued"


@pytest.mark.parametrize("auth", [None, (ACCOUNT.sid, "wrong"), ("", ""), (ACCOUNT.api_key, ACCOUNT.auth_token)])
def test_nobody_else_is_let_in(rest, auth):
    rest.auth = None
    answer = rest.get(f"/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_the_exchange_refuses_as_often_as_it_was_told_to(twilio, exchange, anna):
    exchange.faults.refuse(2, status=429, code=20429, on="Messages")
    for _ in range(2):
        with pytest.raises(TwilioRestException) as refused:
            send(twilio)
        assert (refused.value.status, refused.value.code) == (429, 20429)
    assert send(twilio).status == "queued"


def test_the_carriers_own_transport_reaches_the_exchange(far_twilio, anna, timeline):
    sent = send(far_twilio)
    timeline.advance(5)
    assert far_twilio.messages(sent.sid).fetch().status == "delivered"


def test_an_answer_can_be_lost_after_the_deed_was_done(far_twilio, exchange, anna, timeline):
    exchange.faults.lose_answers()
    with pytest.raises(requests.exceptions.RequestException):
        send(far_twilio)
    timeline.advance(5)
    assert len(anna.inbox) == 1
