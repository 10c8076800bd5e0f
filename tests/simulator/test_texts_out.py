"""Texts from the customer: how far they come, and what it hears of it."""

from __future__ import annotations

import pytest

from app.simulator.numbers import segments
from app.simulator.refusals import Refused
from tests.simulator.customer import ANNA, LINE, SITE


def send(exchange, **more):
    wanted = {"to": ANNA, "sender": LINE, "body": "Case K7Q2", "status_url": f"{SITE}/receipt"} | more
    return exchange.messages.send(**wanted)


def receipts(customer):
    return [told["MessageStatus"] for told in customer.told("/receipt")]


def test_a_phone_out_of_coverage_gets_its_texts_when_it_is_back(exchange, customer, anna, timeline):
    anna.behaviour = "out of coverage"
    send(exchange)
    timeline.advance(3600)
    assert (receipts(customer), anna.inbox) == (["sending", "sent"], [])
    anna.behaviour = "by hand"
    timeline.advance(2)
    assert (receipts(customer), len(anna.inbox)) == (["sending", "sent", "delivered"], 1)


def test_after_a_day_out_of_coverage_the_network_gives_up(exchange, customer, anna, timeline):
    anna.behaviour = "out of coverage"
    send(exchange)
    timeline.advance(25 * 3600)
    assert (customer.told("/receipt")[-1]["MessageStatus"], customer.told("/receipt")[-1]["ErrorCode"]) == (
        "undelivered",
        "30003",
    )
    anna.behaviour = "by hand"
    timeline.advance(60)
    assert anna.inbox == []


def test_a_phone_out_of_coverage_cannot_be_called(exchange, anna, caller, customer, timeline):
    anna.behaviour = "out of coverage"
    customer.replies["/voice"] = f"<Response><Dial action='/dialled'>{ANNA}</Dial></Response>"
    caller.call(LINE)
    timeline.advance(10)
    assert customer.told("/dialled")[0]["DialCallStatus"] == "no-answer"


def test_a_landline_that_looks_like_a_mobile_is_found_out_afterwards(exchange, customer, anna, timeline):
    anna.behaviour = "landline"
    send(exchange)
    timeline.advance(5)
    assert customer.told("/receipt")[-1]["ErrorCode"] == "30006"
    assert anna.inbox == []


def test_a_number_of_a_landline_is_refused_at_once(exchange):
    with pytest.raises(Refused) as refused:
        send(exchange, to="+46846500410")
    assert refused.value.code == 21614


def test_a_text_that_waited_longer_than_it_is_valid_says_so(exchange, customer, anna, timeline):
    exchange.faults.message_delay = 700
    send(exchange, valid_for=600)
    timeline.advance(600)
    told = customer.told("/receipt")[-1]
    assert (told["MessageStatus"], told["ErrorCode"]) == ("failed", "30036")
    timeline.advance(200)
    assert anna.inbox == []


@pytest.mark.parametrize(("body", "parts"), [("å" * 400, "3"), ("ق" * 200, "3"), ("short", "1")])
def test_long_texts_arrive_in_one_piece_and_say_how_many_they_were(
    exchange, customer, caller, anna, timeline, body, parts
):
    send(exchange, body=body)
    timeline.advance(5)
    assert [text.body for text in anna.inbox] == [body]
    caller.text(LINE, body)
    assert (customer.told("/sms")[0]["Body"], customer.told("/sms")[0]["NumSegments"]) == (body, parts)
    assert str(segments(body)) == parts
