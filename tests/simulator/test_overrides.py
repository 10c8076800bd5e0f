"""How the customer wants to be posted to, and what answers when it does not."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulator import TimedOut
from app.simulator.overrides import Patience, patience
from app.simulator.posting import post_form
from tests.simulator.customer import CALLER, LINE, SITE, twiml


def sell(exchange, fragment):
    exchange.sell_line(
        LINE, voice_url=f"{SITE}/voice{fragment}", sms_url=f"{SITE}/sms", voice_fallback_url=f"{SITE}/fallback"
    )


@pytest.fixture(autouse=True)
def documents(customer):
    customer.replies |= {"/voice": twiml("<Say>Here.</Say>"), "/fallback": twiml("<Say>Fallback.</Say>")}


def test_an_address_says_how_long_and_how_often():
    asked = patience("https://x.example/y#ct=1500&rt=4000&tt=9000&rc=2&rp=ct,rt,5xx&e=dublin,frankfurt")
    assert asked == Patience(1.5, 4.0, 9.0, 2, frozenset({"ct", "rt", "5xx"}))
    assert patience("https://x.example/y") == patience("https://x.example/y#rc=6&rt=99&tt=x") == Patience()


@given(st.text())
def test_no_fragment_upsets_it(fragment):
    asked = patience(f"https://x.example/y#{fragment}")
    assert 0 <= asked.retries <= 5
    assert 0.1 <= asked.answer <= 15


def test_a_slow_answer_counts_until_fifteen_seconds(exchange, customer, caller, timeline):
    exchange.faults.answers_take = 14
    caller.call(LINE)
    timeline.advance(13)
    assert caller.heard == []
    timeline.advance(1)
    assert caller.heard_text == "Here."


def test_at_fifteen_seconds_it_is_too_late_and_the_fallback_is_asked(exchange, customer, caller, timeline):
    exchange.faults.answers_take = 15
    caller.call(LINE)
    timeline.advance(1)
    exchange.faults.answers_take = 0
    timeline.advance(14)
    assert caller.heard_text == "Fallback."
    assert customer.told("/fallback")[0]["ErrorCode"] == "11205"
    assert customer.told("/fallback")[0]["ErrorUrl"] == f"{SITE}/voice"


def test_an_answer_that_is_too_slow_is_asked_for_again_where_the_address_says_so(exchange, customer, caller, timeline):
    sell(exchange, "#rt=4000&tt=9000&rc=1&rp=ct,rt,5xx")
    exchange.faults.answers_take = 6
    caller.call(LINE)
    timeline.advance(3.9)
    assert len(customer.told("/voice")) == 1
    exchange.faults.answers_take = 1
    timeline.advance(2)
    assert len(customer.told("/voice")) == 2
    assert caller.heard_text == "Here."
    first, second = customer.headers
    assert first == second


def test_the_total_time_is_never_overstepped(exchange, customer, caller, timeline):
    sell(exchange, "#rt=4000&tt=6000&rc=5&rp=rt")
    exchange.faults.answers_take = 20
    caller.call(LINE)
    timeline.advance(5.9)
    assert len(customer.told("/voice")) == 2
    exchange.faults.answers_take = 0
    timeline.advance(0.2)
    assert caller.heard_text == "Fallback."


@pytest.mark.parametrize(
    ("rp", "status", "times"), [("5xx", 503, 3), ("5xx", 404, 1), ("4xx", 404, 3), ("all", 429, 3)]
)
def test_errors_are_repeated_only_of_the_kinds_asked_for(exchange, customer, caller, rp, status, times):
    sell(exchange, f"#rc=2&rp={rp}")
    customer.replies["/voice"] = status
    caller.call(LINE)
    assert len(customer.told("/voice")) == times
    assert caller.heard_text == "Fallback."


def test_no_retry_can_be_asked_for(exchange, customer, caller):
    sell(exchange, "#rc=0")
    exchange.faults.cannot_connect()
    caller.call(LINE)
    assert customer.told("/voice") == []


def test_a_hosted_document_answers_while_the_customer_is_down(exchange, customer, caller, anna, timeline):
    bin_url = "https://carrier.example/twiml/EH0"
    exchange.host(bin_url, twiml("<Say>We are here all the same.</Say>", f"<Dial>{anna.number}</Dial>"))
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="", voice_fallback_url=bin_url)
    exchange.faults.unreachable = True
    caller.call(LINE)
    timeline.advance(8)
    assert caller.heard_text == "We are here all the same."
    assert anna.ringing
    assert exchange.debugger.to("/twiml/")[0].params["ErrorUrl"] == f"{SITE}/voice"


def test_a_screening_document_can_be_hosted_too(exchange, caller, anna, timeline):
    exchange.host("https://carrier.example/screen", twiml('<Gather numDigits="1" action="/yes"/><Hangup/>'))
    exchange.host("https://carrier.example/yes", twiml())
    number = f'<Number url="https://carrier.example/screen">{anna.number}</Number>'
    exchange.host("https://carrier.example/line", twiml(f"<Dial answerOnBridge='true'>{number}</Dial>"))
    exchange.sell_line(LINE, voice_url="https://carrier.example/line", sms_url="")
    exchange.faults.unreachable = True
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("1")
    assert anna.bridged_with == [CALLER]


def test_over_the_network_the_fragment_sets_the_patience_and_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/voice?x=1#rt=100"
        with pytest.raises(TimedOut):
            post_form(url, {}, {})
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(1000).startswith(b"POST /voice?x=1 HTTP/1.1\r\n")
