"""Two tokens while one replaces the other, and errors that the SDK tells in two different ways."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from app.telephony.carrier import CarrierError, Trouble
from app.telephony.records import Kind
from app.telephony.twilio import TwilioCarrier

ANNA, LINE = "+46701740605", "+46846500400"
STATUS = "https://line.example.org/carrier/receipts/1"
REFUSED = {"code": 20003, "message": "Authenticate", "status": 401}
SINCE = datetime(2026, 1, 5, 8, tzinfo=UTC)


def text(carrier: TwilioCarrier) -> str:
    return carrier.text(to=ANNA, body="K7Q2", status_url=STATUS, valid_for=timedelta(minutes=10))


def signed_in(exchange) -> list[str]:
    known = {b64encode(f"AC1:{token}".encode()).decode(): token for token in ("old", "new")}
    return [known[headers["Authorization"].removeprefix("Basic ")] for headers in exchange.headers]


@pytest.fixture
def rotating(exchange) -> TwilioCarrier:
    return TwilioCarrier(account_sid="AC1", auth_tokens=("new", "old"), sender=LINE, api_url=exchange.url, patience=1)


def test_the_first_token_is_used_while_it_is_accepted(rotating, exchange):
    text(rotating)
    assert signed_in(exchange) == ["new"]


def test_a_refused_token_is_put_aside_for_the_other_which_is_remembered(rotating, exchange):
    exchange.only_for = "old"
    assert text(rotating) == "SM1"
    text(rotating)
    assert signed_in(exchange) == ["new", "old", "old"]


def test_when_the_token_is_promoted_we_go_back_to_it(rotating, exchange):
    exchange.only_for = "old"
    text(rotating)
    exchange.only_for = "new"
    text(rotating)
    text(rotating)
    assert signed_in(exchange) == ["new", "old", "old", "new", "new"]


def test_when_both_are_refused_that_is_what_is_said(rotating, exchange):
    exchange.status, exchange.body = 401, REFUSED
    with pytest.raises(CarrierError) as problem:
        text(rotating)
    assert (problem.value.code, problem.value.trouble) == (20003, Trouble.CONFIGURATION)
    assert sorted(signed_in(exchange)) == ["new", "old"]


def test_another_error_is_not_the_tokens_fault(rotating, exchange):
    exchange.status, exchange.body = 400, {"code": 21610, "status": 400}
    with pytest.raises(CarrierError):
        text(rotating)
    assert signed_in(exchange) == ["new"]


def test_a_refused_list_changes_the_token_too(rotating, exchange):
    exchange.only_for, exchange.status, exchange.body = "old", 200, {"calls": []}
    assert rotating.records.came_in(Kind.CALL, since=SINCE) == []
    assert signed_in(exchange) == ["new", "old"]


@pytest.mark.parametrize(
    ("status", "body", "code", "trouble"),
    [
        (401, REFUSED, 20003, Trouble.CONFIGURATION),
        (401, "<html>", 20003, Trouble.CONFIGURATION),
        (429, {"code": 20429, "status": 429}, 20429, Trouble.TRANSIENT),
        (503, "", None, Trouble.TRANSIENT),
        (400, "[]", None, Trouble.TRANSIENT),
    ],
)
def test_a_list_that_is_refused_tells_why(carrier, exchange, status, body, code, trouble):
    exchange.status, exchange.body = status, body
    with pytest.raises(CarrierError) as problem:
        carrier.records.came_in(Kind.TEXT, since=SINCE)
    assert (problem.value.code, problem.value.trouble) == (code, trouble)


def test_the_sender_is_asked_for_each_time(exchange):
    numbers = iter([LINE, "+46846500401"])
    carrier = TwilioCarrier(
        account_sid="AC1", auth_tokens=("t",), sender=lambda: next(numbers), api_url=exchange.url, patience=1
    )
    text(carrier)
    text(carrier)
    assert [form["From"] for _, _, form in exchange.asked] == [[LINE], ["+46846500401"]]
