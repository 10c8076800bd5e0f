"""The second carrier's adapter, held against a socket that answers as 46elks does, and as it does on bad days."""

from __future__ import annotations

import logging
import socket
import traceback
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.errors import Misconfigured
from app.telephony import elks_actions
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.elks import ElksCarrier, Line
from tests.telephony.conftest import Exchange

ANNA = "+46701740605"
LINE = "+46846500401"
STATUS = "https://line.example.org/carrier/elks/receipts/1/tag"
ANSWER = "https://line.example.org/carrier/elks/page/1/tag"

Deed = Callable[[ElksCarrier], object]


@pytest.fixture
def elks(exchange: Exchange) -> ElksCarrier:
    exchange.status, exchange.body = 200, {"id": "s1", "status": "created"}
    return ElksCarrier(username="u1", password="pass-w0rd", sender=LINE, api_url=exchange.url, patience=1)


def text(carrier: ElksCarrier, to: str = ANNA) -> str:
    return carrier.text(to=to, body="K7Q2", status_url=STATUS, valid_for=timedelta(minutes=10))


def call(carrier: ElksCarrier, to: str = ANNA, ring_for: timedelta = timedelta(seconds=25)) -> str:
    return carrier.call(to=to, answer_url=ANSWER, status_url=STATUS, ring_for=ring_for)


def refused(carrier: ElksCarrier, deed: Deed = text) -> CarrierError:
    with pytest.raises(CarrierError) as problem:
        deed(carrier)
    return problem.value


def test_a_text_is_kept_out_of_the_carriers_history(elks: ElksCarrier, exchange: Exchange) -> None:
    assert text(elks) == "s1"
    form = {"from": [LINE], "to": [ANNA], "message": ["K7Q2"], "whendelivered": [STATUS], "dontlog": ["message"]}
    assert exchange.asked == [("POST", "/a1/sms", form)]


def test_a_call_asks_what_to_play_when_it_is_answered_and_tells_of_its_end(
    elks: ElksCarrier, exchange: Exchange
) -> None:
    exchange.body = {"id": "c1", "state": "ongoing"}
    assert call(elks) == "c1"
    form = {"from": [LINE], "to": [ANNA], "voice_start": [ANSWER], "whenhangup": [STATUS], "timeout": ["25"]}
    assert exchange.asked == [("POST", "/a1/calls", form)]


def test_the_number_shown_is_the_lines_at_the_moment_of_sending(elks: ElksCarrier, exchange: Exchange) -> None:
    numbers = iter([LINE, "+46846500402"])
    elks.sender = lambda: next(numbers)
    text(elks)
    text(elks)
    assert [form["from"] for _, _, form in exchange.asked] == [[LINE], ["+46846500402"]]


def test_a_telephone_never_rings_for_longer_than_two_minutes(elks: ElksCarrier, exchange: Exchange) -> None:
    call(elks, ring_for=timedelta(hours=1))
    call(elks, ring_for=timedelta(milliseconds=1))
    assert [form["timeout"] for _, _, form in exchange.asked] == [["120"], ["1"]]


def test_the_account_signs_in_by_name_and_password(elks: ElksCarrier, exchange: Exchange) -> None:
    text(elks)
    assert exchange.headers[0]["Authorization"] == "Basic " + b64encode(b"u1:pass-w0rd").decode()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, (Trouble.PERMANENT, False)),
        (401, (Trouble.CONFIGURATION, False)),
        (402, (Trouble.CONFIGURATION, False)),
        (403, (Trouble.CONFIGURATION, False)),
        (404, (Trouble.CONFIGURATION, False)),
        (409, (Trouble.TRANSIENT, False)),
        (429, (Trouble.TRANSIENT, False)),
        (302, (Trouble.TRANSIENT, False)),
        (500, (Trouble.TRANSIENT, True)),
        (503, (Trouble.TRANSIENT, True)),
    ],
)
@pytest.mark.parametrize("deed", [text, call])
def test_every_refusal_has_one_meaning(
    elks: ElksCarrier, exchange: Exchange, status: int, outcome: tuple[Trouble, bool], deed: Deed
) -> None:
    exchange.status, exchange.body = status, "API access denied"
    problem = refused(elks, deed)
    assert (problem.trouble, problem.maybe_done) == outcome
    assert problem.code == status


@pytest.mark.parametrize("body", ["", "<html>", "null", "[]", "API access denied", {}, {"id": None}, {"id": ""}])
def test_a_success_without_a_reference_may_have_been_done(elks: ElksCarrier, exchange: Exchange, body: object) -> None:
    exchange.body = body
    problem = refused(elks)
    assert (problem.trouble, problem.maybe_done) == (Trouble.TRANSIENT, True)


@pytest.mark.parametrize(
    ("deed", "body"), [(text, {"id": "s1", "status": "failed"}), (call, {"id": "c1", "state": "failed"})]
)
def test_what_failed_on_the_spot_was_not_done(
    elks: ElksCarrier, exchange: Exchange, deed: Deed, body: dict[str, str]
) -> None:
    exchange.body = body
    problem = refused(elks, deed)
    assert (problem.trouble, problem.maybe_done) == (Trouble.TRANSIENT, False)


def test_a_carrier_that_answers_too_late_may_have_done_it_and_is_asked_once(exchange: Exchange) -> None:
    exchange.delay = 0.4
    hasty = ElksCarrier(username="u1", password="p", sender=LINE, api_url=exchange.url, patience=0.1)
    problem = refused(hasty)
    assert (problem.trouble, problem.maybe_done, len(exchange.asked)) == (Trouble.TRANSIENT, True, 1)


def test_a_carrier_that_hangs_up_in_the_middle_may_have_done_it(elks: ElksCarrier, exchange: Exchange) -> None:
    exchange.hangs_up = True
    assert refused(elks).maybe_done


def test_a_carrier_that_cannot_be_connected_to_has_done_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        problem = refused(ElksCarrier(username="u1", password="p", sender=LINE, api_url=nobody))
    assert (problem.trouble, problem.code, problem.maybe_done) == (Trouble.TRANSIENT, None, False)


@pytest.mark.parametrize("number", ["112", "+46112", "11414", "+46116123", "+46939123456", "anna", "", "sip:a@b"])
@pytest.mark.parametrize("deed", [text, call])
def test_no_emergency_short_or_premium_number_goes_out(
    elks: ElksCarrier, exchange: Exchange, number: str, deed: Callable[..., object]
) -> None:
    assert refused(elks, lambda carrier: deed(carrier, to=number)).trouble is Trouble.PERMANENT
    assert exchange.asked == []


def test_no_number_stands_in_an_error_its_traceback_or_the_log(
    elks: ElksCarrier, exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text(elks)
    exchange.status, exchange.body = 400, f"Invalid to number: {ANNA}"
    told = "".join(traceback.format_exception(refused(elks)))
    exchange.hangs_up = True
    told += "".join(traceback.format_exception(refused(elks)))
    for secret in (ANNA[1:], "pass-w0rd"):
        assert secret not in told + caplog.text
    assert "K7Q2" not in caplog.text


def test_the_carrier_shows_no_secret() -> None:
    assert "toktok" not in repr(ElksCarrier(username="u1", password="toktok", sender=LINE))


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_missing_setting_is_named(missing: str) -> None:
    settings = {"username": "u1", "password": "p", "sender": LINE} | {missing: ""}
    with pytest.raises(Misconfigured, match=f"ELKS_{missing.upper()}"):
        ElksCarrier(**settings)


@pytest.mark.parametrize(("told", "left"), [({"balance": 9670500}, 967.05), ({"balance": 0}, 0.0), ({}, 0.0)])
def test_what_is_left_on_the_account_is_told(
    elks: ElksCarrier, exchange: Exchange, told: dict[str, int], left: float
) -> None:
    exchange.body = told
    assert elks.balance() == left
    assert exchange.asked == [("GET", "/a1/me", {})]


def test_our_numbers_are_listed_with_their_addresses(elks: ElksCarrier, exchange: Exchange) -> None:
    exchange.body = {"data": [{"number": LINE, "active": "yes", "sms_url": STATUS}, {"number": ANNA}, "nonsense"]}
    assert elks.lines() == [Line(LINE, is_active=True, sms_url=STATUS), Line(ANNA, is_active=False, sms_url="")]
    exchange.body = {"data": None}
    assert elks.lines() == []


def test_a_question_waits_no_longer_than_the_carrier_lets_it() -> None:
    asked = elks_actions.ask("https://a/b", then="https://a/c", timeout=timedelta(seconds=8))
    assert asked == {"ivr": "https://a/b", "digits": 1, "timeout": 8, "repeat": 2, "next": "https://a/c"}
    for seconds in (0, 31):
        with pytest.raises(ValueError, match="1 to 30 s"):
            elks_actions.ask("https://a/b", then="https://a/c", timeout=timedelta(seconds=seconds))
