"""STOP and its like: who hears what, and what the customer is refused afterwards."""

from __future__ import annotations

import dataclasses

import pytest

from app.simulator import Exchange
from app.simulator.refusals import Refused
from tests.simulator.customer import ACCOUNT, ANNA, CALLER, LINE, SITE

OTHER_LINE = "+46846500401"
STOPS = ["STOP", "stop", " End ", "QUIT", "Revoke", "unsubscribe", "STOPALL", "OptOut", "cancel"]


def sold(account, customer, timeline):
    exchange = Exchange(account, timeline=timeline, post=customer.post, pace=0)
    for line in (LINE, OTHER_LINE):
        exchange.sell_line(line, voice_url="", sms_url=f"{SITE}/sms")
    return exchange


@pytest.fixture
def exchange(customer, timeline):
    return sold(ACCOUNT, customer, timeline)


@pytest.fixture
def left_as_it_comes(customer, timeline):
    """A carrier on which nobody has set Advanced Opt-Out."""
    return sold(dataclasses.replace(ACCOUNT, advanced_opt_out=False), customer, timeline)


def send(exchange, *, sender=LINE):
    return exchange.messages.send(to=CALLER, sender=sender, body="x")


@pytest.mark.parametrize("word", STOPS)
def test_a_phone_that_opted_out_gets_nothing_more_and_no_english_reply(exchange, customer, caller, timeline, word):
    caller.text(LINE, word)
    assert (customer.told("/sms")[0]["Body"], customer.told("/sms")[0]["OptOutType"]) == (word, "STOP")
    with pytest.raises(Refused) as refused:
        send(exchange)
    assert refused.value.code == 21610
    timeline.advance(10)
    assert caller.inbox == []


def test_start_lets_texts_through_again(exchange, customer, caller, timeline):
    caller.text(LINE, "STOP")
    caller.text(LINE, "Start")
    assert send(exchange).status == "queued"
    timeline.advance(5)
    assert [text.body for text in caller.inbox] == ["x"]
    assert [told["OptOutType"] for told in customer.told("/sms")] == ["STOP", "START"]


def test_one_opts_out_of_one_line_only(exchange, caller):
    caller.text(LINE, "STOP")
    assert send(exchange, sender=OTHER_LINE).status == "queued"


@pytest.mark.parametrize("words", ["stop it", "please stop", "help me", "SLUT", "ja", "Please call"])
def test_other_words_opt_nobody_out(exchange, customer, caller, words):
    caller.text(LINE, words)
    assert "OptOutType" not in customer.told("/sms")[0]
    assert send(exchange).status == "queued"


@pytest.mark.parametrize(
    ("word", "reply"),
    [("STOP", "unsubscribed"), ("end", "unsubscribed"), ("START", "subscribed again"), ("help", "STOP")],
)
def test_a_carrier_left_as_it_comes_answers_in_english_by_itself(left_as_it_comes, customer, word, reply):
    caller = left_as_it_comes.phone(CALLER)
    caller.text(LINE, word)
    assert [text.sender for text in caller.inbox] == [LINE]
    assert reply in caller.inbox[0].body
    assert "OptOutType" not in customer.told("/sms")[0]
    assert not [message for message in left_as_it_comes.messages.kept.values() if message.direction != "inbound"]


def test_it_holds_while_a_text_is_on_its_way_only_for_those_that_follow(exchange, caller, timeline):
    send(exchange)
    caller.text(LINE, "STOP")
    timeline.advance(5)
    assert len(caller.inbox) == 1


def test_a_phone_can_be_opted_out_by_its_behaviour(exchange):
    exchange.phone(ANNA).behaviour = "opted out"
    with pytest.raises(Refused) as refused:
        exchange.messages.send(to=ANNA, sender=LINE, body="x")
    assert refused.value.code == 21610
