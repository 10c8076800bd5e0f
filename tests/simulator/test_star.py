"""The star key lets the other end go, where the document allows it; the caller stays on the line."""

from __future__ import annotations

import pytest

from tests.simulator.customer import ANNA, BO, CALLER, LINE, twiml


def dial(*, star: str = "true", numbers: tuple[str, ...] = (ANNA,), more: str = "") -> str:
    nouns = "".join(f'<Number url="/screen">{number}</Number>' for number in numbers)
    return twiml(
        "<Say>Hello.</Say>",
        f'<Dial answerOnBridge="true" hangupOnStar="{star}" timeout="20" callerId="{LINE}" action="/dialled" {more}>'
        f"{nouns}</Dial>",
    )


@pytest.fixture(autouse=True)
def screening(customer):
    customer.replies |= {
        "/voice": dial(),
        "/screen": twiml('<Gather numDigits="1" timeout="10" action="/accept"><Say>Press one.</Say></Gather><Hangup/>'),
        "/accept": twiml(),
        "/dialled": twiml("<Say>What now?</Say><Pause length='60'/>"),
    }


def ringing(caller, timeline):
    caller.call(LINE)
    timeline.advance(3)
    return caller


def dialled(customer):
    [told] = customer.told("/dialled")
    return told["DialCallStatus"], told["DialBridged"]


def test_star_while_it_rings_stops_the_ringing_and_the_caller_goes_on(customer, caller, anna, timeline):
    ringing(caller, timeline)
    assert anna.state == "ringing"
    caller.press("*")
    assert anna.state == "idle"
    assert dialled(customer) == ("canceled", "false")
    assert caller.heard[-1].text == "What now?"
    assert caller.on_a_call


def test_star_while_the_called_one_is_asked_lets_them_go_too(customer, caller, anna, timeline):
    ringing(caller, timeline)
    anna.answer()
    caller.press("*")
    assert anna.state == "idle"
    assert dialled(customer) == ("completed", "false")


def test_star_in_the_conversation_lets_the_called_one_go(customer, caller, anna, timeline):
    ringing(caller, timeline)
    anna.answer()
    anna.press("1")
    assert caller.bridged_with == [ANNA]
    timeline.advance(10)
    caller.press("12*")
    assert (anna.state, caller.bridged_with) == ("idle", [])
    assert dialled(customer) == ("completed", "true")


def test_the_called_ones_star_lets_nobody_go(customer, caller, anna, timeline):
    ringing(caller, timeline)
    anna.answer()
    anna.press("1")
    anna.press("*")
    assert caller.bridged_with == [ANNA]


def test_without_the_attribute_star_is_a_key_like_others(customer, caller, anna, timeline):
    customer.replies["/voice"] = dial(star="false")
    ringing(caller, timeline)
    caller.press("*")
    assert anna.state == "ringing"
    anna.answer()
    anna.press("1")
    caller.press("*")
    assert caller.bridged_with == [ANNA]


def test_other_keys_let_nobody_go(customer, caller, anna, timeline):
    ringing(caller, timeline)
    caller.press("1230#")
    assert anna.state == "ringing"


def test_a_key_is_not_heard_before_the_line_has_answered(customer, caller, anna, timeline):
    customer.replies["/voice"] = twiml(
        f'<Dial answerOnBridge="true" hangupOnStar="true" action="/dialled">{ANNA}</Dial>'
    )
    ringing(caller, timeline)
    caller.press("*")
    assert anna.state == "ringing"


def test_one_after_another_rings_the_next_only_when_the_first_is_gone(customer, caller, anna, bo, timeline):
    customer.replies["/voice"] = dial(numbers=(ANNA, BO), more='sequential="true"')
    ringing(caller, timeline)
    assert (anna.state, bo.state) == ("ringing", "idle")
    anna.decline()
    timeline.advance(1)
    assert (anna.state, bo.state) == ("idle", "ringing")
    bo.answer()
    bo.press("1")
    assert caller.bridged_with == [BO]
    bo.hang_up()
    assert dialled(customer) == ("completed", "true")
    assert not anna.ringing


def test_star_ends_the_whole_row_of_telephones(customer, caller, anna, bo, timeline):
    customer.replies["/voice"] = dial(numbers=(ANNA, BO), more='sequential="true"')
    ringing(caller, timeline)
    caller.press("*")
    timeline.advance(5)
    assert (anna.state, bo.state) == ("idle", "idle")


def test_star_leaves_a_conference(customer, caller, anna, timeline):
    customer.replies["/voice"] = lambda told: twiml(
        '<Dial hangupOnStar="true" action="/dialled"><Conference>r</Conference></Dial>'
        if told["From"] == CALLER
        else "<Dial><Conference>r</Conference></Dial>"
    )
    caller.call(LINE)
    anna.call(LINE)
    assert caller.bridged_with == [ANNA]
    caller.press("*")
    assert (caller.bridged_with, anna.bridged_with) == ([], [])
    assert customer.told("/dialled")[0]["DialCallStatus"] == "answered"
