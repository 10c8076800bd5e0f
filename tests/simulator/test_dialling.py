from __future__ import annotations

import pytest

from app.simulator.behaviours import GREETING
from tests.simulator.customer import ANNA, BO, CALLER, LINE, NOBODY, twiml

SCREEN = twiml('<Gather numDigits="1" timeout="10" action="/accept"><Say>Press one.</Say></Gather>', "<Hangup/>")


def dial(*numbers: str, timeout: int = 20, attributes: str = "") -> str:
    nouns = "".join(f'<Number url="/screen">{number}</Number>' for number in numbers)
    ways = f'answerOnBridge="true" timeout="{timeout}" callerId="{LINE}" action="/dialled" {attributes}'
    return twiml(
        f"<Dial {ways}>{nouns}</Dial>",
        "<Redirect>/never</Redirect>",
    )


@pytest.fixture(autouse=True)
def screening(customer):
    customer.replies |= {
        "/voice": dial(ANNA),
        "/screen": SCREEN,
        "/accept": lambda told: twiml() if told["Digits"] == "1" else twiml("<Hangup/>"),
        "/dialled": twiml("<Say>Nobody.</Say>"),
    }


def test_the_caller_is_connected_only_when_one_is_pressed(customer, caller, anna, timeline):
    leg = caller.call(LINE)
    timeline.advance(1)
    assert (caller.state, anna.state) == ("calling", "ringing")
    anna.answer()
    assert (leg.status, anna.state, anna.heard_text) == ("ringing", "waiting for keys", "Press one.")
    anna.press("1")
    assert leg.status == "in-progress"
    assert caller.state == f"bridged with {ANNA}"
    assert anna.state == f"bridged with {CALLER}"


def test_screening_is_asked_about_the_called_phones_own_call(customer, caller, anna, timeline):
    leg = caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    told = customer.told("/screen")[0]
    assert (told["From"], told["To"], told["Direction"]) == (LINE, ANNA, "outbound-dial")
    assert told["ParentCallSid"] == leg.sid != told["CallSid"]


def test_what_one_says_the_other_hears(caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("1")
    caller.say("Hello?")
    assert anna.heard[-1].text == "Hello?"


def test_another_key_turns_the_call_away_and_the_caller_goes_on(customer, caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("2")
    told = customer.told("/dialled")[0]
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")
    assert caller.heard_text == "Nobody."


def test_a_voicemail_never_gets_the_caller(customer, caller, anna, timeline):
    anna.behaviour = "voicemail"
    caller.call(LINE)
    timeline.advance(60)
    assert GREETING not in caller.heard_text
    assert customer.told("/dialled")[0]["DialBridged"] == "false"


def test_a_voicemail_gets_the_caller_when_screening_only_falls_through(customer, caller, anna, timeline):
    customer.replies["/screen"] = twiml("<Gather timeout='3'/>")
    anna.behaviour = "voicemail"
    caller.call(LINE)
    timeline.advance(20)
    assert caller.state == f"bridged with {ANNA}"
    assert GREETING in caller.heard_text


def test_screening_that_fails_does_not_connect(customer, caller, anna, timeline):
    customer.replies["/screen"] = 500
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    timeline.advance(10)
    assert caller.heard_text == "Nobody."


def test_a_phone_being_screened_may_not_dial_on(exchange, customer, caller, anna, timeline):
    customer.replies["/screen"] = twiml(f"<Dial>{BO}</Dial>")
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    assert exchange.debugger.codes == [12200]


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("by hand", "no-answer"), ("rings out", "no-answer"), ("busy", "busy"), ("switched off", "no-answer")],
)
def test_a_phone_nobody_answers_is_written_down_as_what_it_was(*, customer, caller, anna, timeline, behaviour, status):
    anna.behaviour = behaviour
    leg = caller.call(LINE)
    timeline.advance(21)
    told = customer.told("/dialled")[0]
    assert (told["DialCallStatus"], told["DialCallDuration"], told["CallSid"]) == (status, "0", leg.sid)
    assert anna.state == "idle"


def test_a_number_nobody_has_fails(customer, caller, timeline):
    customer.replies["/voice"] = dial(NOBODY)
    caller.call(LINE)
    timeline.advance(2)
    assert customer.told("/dialled")[0]["DialCallStatus"] == "failed"


def test_declining_is_busy(customer, caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.decline()
    assert customer.told("/dialled")[0]["DialCallStatus"] == "busy"


def test_a_phone_in_a_call_is_busy_for_others(exchange, customer, caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    second = exchange.phone("+46701740651")
    second.call(LINE)
    timeline.advance(1)
    assert customer.told("/dialled")[0]["DialCallStatus"] == "busy"


def test_of_phones_rung_together_the_first_to_press_one_wins(customer, caller, anna, bo, timeline):
    customer.replies["/voice"] = dial(ANNA, BO)
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    assert bo.state == "ringing"
    bo.answer()
    bo.press("1")
    assert caller.state == f"bridged with {BO}"
    assert anna.state == "idle"
    anna.press("1")
    assert caller.state == f"bridged with {BO}"


def test_two_presses_in_one_moment_connect_exactly_one(*, exchange, customer, caller, anna, bo, timeline):
    customer.replies["/voice"] = dial(ANNA, BO)
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    bo.answer()
    with exchange.lock:
        anna.leg.press("1")
        bo.leg.press("1")
    timeline.settle()
    assert len(caller.bridged_with) == 1
    assert [anna.on_a_call, bo.on_a_call].count(True) == 1


def test_when_the_caller_gives_up_the_phone_stops_ringing_and_the_action_is_told(customer, caller, anna, timeline):
    leg = caller.call(LINE)
    timeline.advance(1)
    caller.hang_up()
    assert anna.state == "idle"
    told = customer.told("/dialled")[0]
    assert (told["CallStatus"], told["DialCallStatus"]) == ("no-answer", "canceled")
    assert leg.status == "no-answer"


def test_when_the_caller_hangs_up_in_a_conversation_both_are_free(customer, caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("1")
    timeline.advance(30)
    caller.hang_up()
    assert anna.state == "idle"
    told = customer.told("/dialled")[0]
    assert (told["CallStatus"], told["DialCallStatus"]) == ("completed", "completed")
    assert (told["DialBridged"], told["DialCallDuration"]) == ("true", "30")


def test_when_the_called_one_hangs_up_the_caller_goes_on(customer, caller, anna, timeline):
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("1")
    anna.hang_up()
    assert caller.heard_text == "Nobody."


def test_a_conversation_has_a_time_limit(customer, caller, anna, timeline):
    customer.replies["/voice"] = dial(ANNA, attributes='timeLimit="60"')
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    anna.press("1")
    timeline.advance(59)
    assert anna.on_a_call
    timeline.advance(1)
    assert not anna.on_a_call


def test_a_caller_id_that_is_not_ours_fails_the_call(exchange, customer, caller, anna, timeline):
    customer.replies["/voice"] = twiml(f'<Dial callerId="{BO}" action="/dialled">{ANNA}</Dial>')
    caller.call(LINE)
    timeline.advance(1)
    assert exchange.debugger.codes == [13214]
    assert customer.told("/dialled")[0]["DialCallStatus"] == "failed"


def test_the_events_asked_for_are_told_in_order(customer, caller, anna, timeline):
    customer.replies["/voice"] = twiml(
        '<Dial><Number statusCallback="/events" statusCallbackEvent="initiated ringing answered completed">'
        f"{ANNA}</Number></Dial>"
    )
    caller.call(LINE)
    timeline.advance(1)
    anna.answer()
    timeline.advance(5)
    anna.hang_up()
    told = customer.told("/events")
    assert [each["CallStatus"] for each in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert {each["CallbackSource"] for each in told} == {"call-progress-events"}


def test_a_conference_begins_when_somebody_who_may_start_it_joins(customer, caller, anna, exchange, timeline):
    ways = 'startConferenceOnEnter="false" endConferenceOnExit="true" waitUrl="/wait"'
    waits = f"<Dial><Conference {ways}>r</Conference></Dial>"
    customer.replies |= {
        "/voice": lambda told: twiml(waits if told["From"] == CALLER else "<Dial><Conference>r</Conference></Dial>"),
        "/wait": twiml("<Say>Please wait.</Say>"),
    }
    caller.call(LINE)
    assert caller.heard_text == "Please wait."
    anna.call(LINE)
    assert (caller.bridged_with, anna.bridged_with) == ([ANNA], [CALLER])
    caller.hang_up()
    timeline.advance(1)
    assert anna.state == "idle"


def test_a_queue_is_taken_in_turn_and_leaving_it_tells_why(customer, caller, anna, timeline):
    customer.replies |= {
        "/voice": lambda told: twiml(
            '<Enqueue action="/left" waitUrl="">q</Enqueue>'
            if told["From"] == CALLER
            else "<Dial><Queue>q</Queue></Dial>"
        ),
    }
    caller.call(LINE)
    timeline.advance(20)
    anna.call(LINE)
    assert caller.bridged_with == [ANNA]
    anna.hang_up()
    assert customer.told("/left")[0]["QueueResult"] == "bridged"
