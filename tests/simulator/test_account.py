"""The account and its lines over REST: what `set at the carrier` means."""

from __future__ import annotations

import dataclasses

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from app.simulator import Exchange, create_rest
from tests.simulator.conftest import InProcess, TestClient
from tests.simulator.customer import ACCOUNT, LINE, SITE, twiml


def test_every_setting_of_a_line_can_be_read(exchange, twilio):
    exchange.sell_line(
        LINE,
        voice_url=f"{SITE}/voice",
        sms_url=f"{SITE}/sms",
        voice_method="GET",
        sms_fallback_url=f"{SITE}/sms-fallback",
        status_url=f"{SITE}/over",
        voice_receive_mode="fax",
        voice_application_sid="AP" + "0" * 32,
        trunk_sid="TK" + "0" * 32,
    )
    [line] = twilio.incoming_phone_numbers.list()
    assert (line.voice_method, line.sms_method, line.sms_fallback_url) == ("GET", "POST", f"{SITE}/sms-fallback")
    assert (line.status_callback, line.status_callback_method) == (f"{SITE}/over", "POST")
    assert (line.voice_receive_mode, line.voice_application_sid[:2], line.trunk_sid[:2]) == ("fax", "AP", "TK")


def test_a_line_keeps_its_sid_when_its_settings_change(exchange, twilio):
    [line] = twilio.incoming_phone_numbers.list()
    exchange.sell_line(LINE, voice_url="", sms_url="")
    assert twilio.incoming_phone_numbers(line.sid).fetch().voice_url == ""


def test_a_line_can_be_set_over_rest(customer, caller, twilio):
    customer.replies |= {"/new": twiml("<Say>New.</Say>")}
    [line] = twilio.incoming_phone_numbers.list()
    changed = twilio.incoming_phone_numbers(line.sid).update(voice_url=f"{SITE}/new", status_callback=f"{SITE}/over")
    assert (changed.voice_url, changed.sms_url) == (f"{SITE}/new", f"{SITE}/sms")
    caller.call(LINE)
    assert caller.heard_text == "New."


def test_a_line_tells_when_a_call_to_it_is_over(exchange, customer, caller, timeline):
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="", status_url=f"{SITE}/over")
    customer.replies["/voice"] = twiml("<Say>Hello.</Say><Pause length='60'/>")
    leg = caller.call(LINE)
    timeline.advance(30)
    assert customer.told("/over") == []
    caller.hang_up()
    [told] = customer.told("/over")
    assert (told["CallSid"], told["CallStatus"], told["CallDuration"]) == (leg.sid, "completed", "30")
    assert (told["Direction"], told["Duration"]) == ("inbound", "1")


def test_a_line_tells_of_a_call_its_caller_left_before_it_was_answered(exchange, customer, caller, timeline):
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="", status_url=f"{SITE}/over")
    customer.replies["/voice"] = twiml("<Pause length='60'/>")
    caller.call(LINE)
    caller.hang_up()
    [told] = customer.told("/over")
    assert (told["CallStatus"], told["CallDuration"]) == ("no-answer", "0")


def test_there_is_money_on_the_account(twilio):
    assert float(twilio.api.v2010.account.balance.fetch().balance) == 100


def test_an_unknown_line_is_not_found(twilio):
    with pytest.raises(TwilioRestException) as refused:
        twilio.incoming_phone_numbers("PN" + "0" * 32).fetch()
    assert refused.value.code == 20404


@pytest.mark.parametrize("records", [True, False])
def test_an_account_set_to_record_leaves_recordings_to_be_found(customer, timeline, records):
    account = dataclasses.replace(ACCOUNT, records_calls=records)
    exchange = Exchange(account, timeline=timeline, post=customer.post, pace=0)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="")
    customer.replies["/voice"] = twiml("<Say>Hello.</Say>")
    leg = exchange.phone("+46701740650").call(LINE)
    with TestClient(create_rest(exchange), base_url="http://exchange") as rest:
        client = Client(ACCOUNT.sid, ACCOUNT.auth_token, http_client=InProcess(rest))
        client.api.base_url = "http://exchange"
        found = client.recordings.list()
        assert [recording.call_sid for recording in found] == ([leg.sid] if records else [])
        for recording in found:
            client.recordings(recording.sid).delete()
        assert client.recordings.list() == []
