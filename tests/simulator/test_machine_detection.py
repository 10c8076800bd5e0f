from __future__ import annotations

import pytest

from tests.simulator.customer import ANNA, LINE, SITE, twiml


def ring(twilio, **more):
    return twilio.calls.create(to=ANNA, from_=LINE, url=f"{SITE}/page", **more)


@pytest.mark.parametrize(
    ("behaviour", "mode", "answered_by"),
    [
        ("answers", "Enable", "human"),
        ("voicemail", "Enable", "machine_start"),
        ("voicemail", "DetectMessageEnd", "machine_end_beep"),
        ("fax", "Enable", "fax"),
        ("says nothing", "Enable", "unknown"),
    ],
)
def test_who_answered_is_told_with_the_first_question(
    *, twilio, customer, anna, timeline, behaviour, mode, answered_by
):
    anna.behaviour = behaviour
    placed = ring(twilio, machine_detection=mode, machine_detection_timeout=10)
    timeline.advance(30)
    [told] = customer.told("/page")
    assert told["AnsweredBy"] == answered_by
    assert int(told["MachineDetectionDuration"]) > 0
    assert twilio.calls(placed.sid).fetch().answered_by == answered_by


@pytest.mark.parametrize("mistake", ["machine_start", "machine_end_other", "machine_end_silence", "fax", "unknown"])
def test_a_human_can_be_taken_for_something_else(twilio, customer, anna, timeline, mistake):
    anna.behaviour, anna.sounds_like = "answers", mistake
    ring(twilio, machine_detection="Enable")
    timeline.advance(60)
    assert customer.told("/page")[0]["AnsweredBy"] == mistake


def test_it_costs_seconds_of_silence(twilio, customer, anna, timeline):
    ring(twilio, machine_detection="Enable")
    timeline.advance(1)
    anna.answer()
    timeline.advance(2)
    assert customer.told("/page") == []
    timeline.advance(2)
    assert len(customer.told("/page")) == 1


def test_apart_it_costs_nothing_and_is_told_later(twilio, customer, anna, timeline):
    customer.replies["/page"] = twiml("<Pause length='30'/>")
    ring(
        twilio,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{SITE}/who",
    )
    timeline.advance(1)
    anna.answer()
    assert "AnsweredBy" not in customer.told("/page")[0]
    timeline.advance(5)
    [told] = customer.told("/who")
    assert (told["AnsweredBy"], told["CallSid"]) == ("human", anna.leg.sid)


def test_on_a_dialled_number_it_never_holds_the_call_up(exchange, customer, caller, anna, timeline):
    customer.replies["/voice"] = twiml(
        f'<Dial><Number machineDetection="Enable" amdStatusCallback="/who">{ANNA}</Number></Dial>'
    )
    anna.behaviour = "voicemail"
    caller.call(LINE)
    timeline.advance(9)
    assert caller.bridged_with == [ANNA]
    timeline.advance(5)
    assert customer.told("/who")[0]["AnsweredBy"] == "machine_start"
    assert exchange.debugger.codes == []


def test_on_a_dialled_number_somebody_must_want_to_know(exchange, customer, caller, anna, timeline):
    customer.replies["/voice"] = twiml(f'<Dial><Number machineDetection="Enable">{ANNA}</Number></Dial>')
    anna.behaviour = "answers"
    caller.call(LINE)
    timeline.advance(9)
    assert exchange.debugger.codes == [21262]
