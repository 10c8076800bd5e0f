from __future__ import annotations

import logging
import socket
import traceback
from base64 import b64encode
from datetime import timedelta

import pytest

from app.errors import Misconfigured
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.twilio import TwilioCarrier
from app.telephony.twilio_setup import Line

ANNA = "+46701740605"
LINE = "+46846500400"
STATUS = "https://line.example.org/carrier/status/1"
ANSWER = "https://line.example.org/carrier/page/1"
OVERRIDES = "#ct=1500&rt=4000&tt=9000&rc=1&rp=ct,rt,5xx&e=dublin,frankfurt"


def text(carrier, to=ANNA, valid_for=timedelta(minutes=10)):
    return carrier.text(to=to, body="K7Q2", status_url=STATUS, valid_for=valid_for)


def call(carrier, to=ANNA, ring_for=timedelta(seconds=25)):
    return carrier.call(to=to, answer_url=ANSWER, status_url=STATUS, ring_for=ring_for)


def refused(carrier, deed=text):
    with pytest.raises(CarrierError) as problem:
        deed(carrier)
    return problem.value


def test_a_text_carries_its_deadline_and_its_receipts_address(carrier, exchange):
    assert text(carrier) == "SM1"
    assert exchange.asked == [
        (
            "POST",
            "/2010-04-01/Accounts/AC1/Messages.json",
            {
                "To": [ANNA],
                "From": [LINE],
                "Body": ["K7Q2"],
                "StatusCallback": [STATUS + OVERRIDES],
                "ValidityPeriod": ["600"],
            },
        )
    ]


def test_a_call_reports_every_step_and_is_never_recorded(carrier, exchange):
    exchange.body = {"sid": "CA1"}
    assert call(carrier) == "CA1"
    assert exchange.asked == [
        (
            "POST",
            "/2010-04-01/Accounts/AC1/Calls.json",
            {
                "To": [ANNA],
                "From": [LINE],
                "Url": [ANSWER + OVERRIDES],
                "Method": ["POST"],
                "StatusCallback": [STATUS + OVERRIDES],
                "StatusCallbackMethod": ["POST"],
                "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
                "Timeout": ["25"],
            },
        )
    ]


def test_durations_stay_within_what_the_carrier_takes(carrier, exchange):
    for valid_for in (timedelta(milliseconds=1), timedelta(days=2)):
        text(carrier, valid_for=valid_for)
    call(carrier, ring_for=timedelta(hours=1))
    assert [form.get("ValidityPeriod", form.get("Timeout")) for _, _, form in exchange.asked] == [
        ["1"],
        ["36000"],
        ["600"],
    ]


def test_the_accounts_token_signs_in_unless_there_is_a_key(carrier, exchange):
    text(carrier)
    text(
        TwilioCarrier(
            account_sid="AC1", auth_tokens=("t",), api_key="SK1", api_secret="s", sender=LINE, api_url=exchange.url
        )
    )
    signed_in = [headers["Authorization"] for headers in exchange.headers]
    assert signed_in == ["Basic " + b64encode(who).decode() for who in (b"AC1:token", b"SK1:s")]
    assert exchange.asked[1][1] == "/2010-04-01/Accounts/AC1/Messages.json"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21610, (Trouble.PERMANENT, False)),
        (400, 21211, (Trouble.PERMANENT, False)),
        (401, 20003, (Trouble.CONFIGURATION, False)),
        (429, 20429, (Trouble.TRANSIENT, False)),
        (500, 20500, (Trouble.TRANSIENT, True)),
    ],
)
def test_a_refusal_becomes_our_error(carrier, exchange, status, code, outcome):
    exchange.status, exchange.body = status, {"code": code, "message": f"no: {ANNA}", "status": status}
    problem = refused(carrier)
    assert (problem.trouble, problem.maybe_done) == outcome
    assert problem.code == code


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"code": "many"}', '{"code": null}'])
def test_an_error_page_that_is_not_the_carriers_is_tried_again(carrier, exchange, body):
    exchange.status, exchange.body = 503, body
    problem = refused(carrier)
    assert (problem.trouble, problem.code, problem.maybe_done) == (Trouble.TRANSIENT, None, True)


def test_an_error_in_the_newer_form_is_understood_too(carrier, exchange):
    exchange.status = 400
    exchange.body = {"type": "about:blank", "title": ANNA, "status": 400, "code": 21610}
    assert refused(carrier).code == 21610


@pytest.mark.parametrize("body", ["", "<html>", "null", {"sid": None}, {}])
def test_a_success_without_a_reference_may_have_been_done(carrier, exchange, body):
    exchange.body = body
    problem = refused(carrier)
    assert (problem.trouble, problem.maybe_done) == (Trouble.TRANSIENT, True)


def test_a_carrier_that_answers_too_late_may_have_done_it(exchange):
    exchange.delay = 0.4
    hasty = TwilioCarrier(account_sid="AC1", auth_tokens=("t",), sender=LINE, api_url=exchange.url, patience=0.1)
    problem = refused(hasty)
    assert (problem.trouble, problem.maybe_done) == (Trouble.TRANSIENT, True)
    assert len(exchange.asked) == 1


def test_a_carrier_that_hangs_up_in_the_middle_may_have_done_it(carrier, exchange):
    exchange.hangs_up = True
    assert refused(carrier).maybe_done


def test_a_carrier_that_cannot_be_connected_to_has_done_nothing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        carrier = TwilioCarrier(account_sid="AC1", auth_tokens=("t",), sender=LINE, api_url=nobody)
        problem = refused(carrier)
    assert (problem.trouble, problem.maybe_done) == (Trouble.TRANSIENT, False)


@pytest.mark.parametrize("number", ["112", "+46112", "11414", "+46116123", "+46939123456", "anna", "", "sip:a@b"])
@pytest.mark.parametrize("deed", [text, call])
def test_no_emergency_short_or_premium_number_goes_out(carrier, exchange, number, deed):
    problem = refused(carrier, lambda carrier: deed(carrier, to=number))
    assert problem.trouble is Trouble.PERMANENT
    assert exchange.asked == []


def test_no_number_stands_in_an_error_or_its_traceback(carrier, exchange):
    exchange.status, exchange.body = 400, {"code": 21211, "message": f"{ANNA} is not valid"}
    told = "".join(traceback.format_exception(refused(carrier)))
    assert ANNA[1:] not in told


def test_no_number_stands_in_the_log(carrier, exchange, caplog):
    caplog.set_level(logging.DEBUG)
    text(carrier)
    exchange.body = {"incoming_phone_numbers": [], "page_size": 50}
    exchange.status = 200
    carrier.setup.lines()
    assert ANNA[1:] not in caplog.text
    assert "K7Q2" not in caplog.text


def test_the_carrier_shows_no_secret():
    carrier = TwilioCarrier(account_sid="AC1", auth_tokens=("toktok",), api_key="SK1", api_secret="secsec", sender=LINE)
    assert "toktok" not in repr(carrier)
    assert "secsec" not in repr(carrier)


def test_a_region_counts_at_twilios_own_address_only(exchange):
    for url, address in (("https://api.twilio.com", "https://api.dublin.ie1.twilio.com/x"), (exchange.url, None)):
        carrier = TwilioCarrier(
            account_sid="AC1",
            auth_tokens=("t",),
            sender=LINE,
            region="ie1",
            edges=("dublin", "frankfurt"),
            api_url=url,
            patience=1,
        )
        original = "https://api.twilio.com/x"
        assert carrier.wire.client.get_hostname(original) == (address or original)
    assert text(carrier) == "SM1"


def test_a_region_in_the_environment_is_not_read_behind_our_back(monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    carrier = TwilioCarrier(account_sid="AC1", auth_tokens=("t",), sender=LINE)
    assert carrier.wire.client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"


def test_the_wait_is_bounded_and_nothing_is_retried_inside():
    client = TwilioCarrier(account_sid="AC1", auth_tokens=("t",), sender=LINE).wire.client.http_client
    assert client.timeout == 10
    assert client.session.get_adapter("https://api.twilio.com").max_retries.total == 0


@pytest.mark.parametrize("missing", ["account_sid", "auth_tokens"])
def test_a_missing_setting_is_named(missing):
    settings = {"account_sid": "AC1", "auth_tokens": ("t",), "sender": LINE} | {missing: ""}
    with pytest.raises(Misconfigured, match=f"TWILIO_{missing.upper().removesuffix('S')}"):
        TwilioCarrier(**settings)


def test_the_accounts_state_is_told(carrier, exchange):
    exchange.status, exchange.body = 200, {"sid": "AC1", "status": "suspended"}
    assert carrier.setup.account_state() == "suspended"


def test_our_lines_are_listed_with_their_addresses_over_all_pages(carrier, exchange):
    line = {
        "phone_number": LINE, "voice_url": "https://line.example.org/carrier/voice", "voice_method": "POST",
        "voice_fallback_url": None, "sms_url": "https://line.example.org/carrier/sms", "sms_method": "GET",
    }  # fmt: skip
    exchange.status, exchange.body = 200, {"incoming_phone_numbers": [line], "next_page_uri": None}
    assert carrier.setup.lines() == [
        Line(
            LINE,
            "https://line.example.org/carrier/voice",
            "POST",
            "",
            "https://line.example.org/carrier/sms",
            "GET",
            "",
        )
    ]
