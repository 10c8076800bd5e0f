"""A live call is led to another document over REST, whatever it is doing."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.customer import ANNA, CALLER, LINE, SITE, twiml

ROOM = twiml('<Dial><Conference beep="false" endConferenceOnExit="true">r</Conference></Dial>')


@pytest.fixture(autouse=True)
def documents(customer):
    customer.replies |= {
        "/voice": twiml(f'<Say>Hello.</Say><Dial callerId="{LINE}" action="/dialled"><Number>{ANNA}</Number></Dial>'),
        "/dialled": twiml("<Say>Next.</Say><Pause length='60'/>"),
        "/elsewhere": twiml("<Say>Elsewhere.</Say><Pause length='60'/>"),
        "/room": ROOM,
        "/fallback": twiml("<Say>Fallback.</Say>"),
        "/another": twiml("<Say>Another fallback.</Say>"),
    }


@pytest.fixture
def bridged(caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(5)
    anna.answer()
    assert caller.bridged_with == [ANNA]
    return caller, anna


def test_when_the_called_leg_is_led_away_the_caller_goes_on_to_the_action(customer, bridged, twilio, timeline):
    caller, anna = bridged
    twilio.calls(anna.leg.sid).update(url=f"{SITE}/elsewhere")
    timeline.settle()
    assert anna.heard[-1].text == "Elsewhere."
    assert caller.heard[-1].text == "Next."
    told = customer.told("/dialled")[0]
    assert (told["DialCallStatus"], told["DialCallSid"], told["DialBridged"]) == ("completed", anna.leg.sid, "true")
    anna.say("can you hear me?")
    caller.say("hello?")
    assert caller.heard[-1].text == "Next."
    assert anna.heard[-1].text == "Elsewhere."


def test_when_the_caller_is_led_away_the_called_leg_ends(customer, bridged, twilio, timeline):
    caller, anna = bridged
    twilio.calls(caller.leg.sid).update(url=f"{SITE}/elsewhere")
    timeline.settle()
    assert (caller.heard[-1].text, anna.state) == ("Elsewhere.", "idle")
    assert customer.told("/dialled") == []


def test_both_can_be_moved_into_a_conference(customer, bridged, twilio, timeline):
    caller, anna = bridged
    customer.replies["/dialled"] = ROOM
    twilio.calls(anna.leg.sid).update(url=f"{SITE}/room")
    timeline.settle()
    assert (caller.bridged_with, anna.bridged_with) == ([ANNA], [CALLER])
    anna.hang_up()
    timeline.settle()
    assert not caller.on_a_call


def test_the_child_of_a_call_can_be_found_by_its_parent(bridged, twilio):
    caller, anna = bridged
    [child] = twilio.calls.list(parent_call_sid=caller.leg.sid)
    assert (child.sid, child.status) == (anna.leg.sid, "in-progress")


@pytest.mark.parametrize("state", ["ringing", "over"])
def test_a_call_that_is_not_answered_cannot_be_led_anywhere(caller, anna, twilio, timeline, state):
    caller.call(LINE)
    timeline.advance(5)
    if state == "over":
        anna.decline()
    with pytest.raises(TwilioRestException) as refused:
        twilio.calls(anna.leg.sid).update(url=f"{SITE}/elsewhere")
    assert refused.value.code == 21220


def test_a_call_led_elsewhere_has_its_own_fallback(customer, bridged, twilio, timeline):
    customer.replies["/elsewhere"] = 500
    caller, _ = bridged
    twilio.calls(caller.leg.sid).update(url=f"{SITE}/elsewhere", fallback_url=f"{SITE}/another")
    timeline.settle()
    assert caller.heard[-1].text == "Another fallback."


def test_a_call_that_is_over_cannot_be_ended_again(caller, twilio):
    caller.call(LINE)
    caller.hang_up()
    with pytest.raises(TwilioRestException) as refused:
        twilio.calls(caller.leg.sid).update(status="completed")
    assert refused.value.code == 21220


def test_calls_asked_for_at_once_are_placed_one_a_second(exchange, anna, bo, twilio, timeline):
    exchange.seconds_between_calls = 1
    for to in (ANNA, bo.number):
        twilio.calls.create(to=to, from_=LINE, url=f"{SITE}/elsewhere")
    timeline.advance(0.9)
    assert (anna.state, bo.state) == ("ringing", "idle")
    second, first = twilio.calls.list()
    assert (first.status, second.status, second.start_time) == ("ringing", "queued", None)
    timeline.advance(1)
    assert bo.state == "ringing"
    assert twilio.calls(second.sid).fetch().queue_time == "1000"
