from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.customer import ANNA, BO, CALLER, LINE, SITE, twiml

EVENTS = "start end join leave mute hold modify"
TOLD = f'statusCallback="/room" statusCallbackEvent="{EVENTS}"'


def room(ways: str = "", *, dial: str = 'action="/after"') -> str:
    return twiml(f"<Dial {dial}><Conference {ways}>r</Conference></Dial>")


@pytest.fixture(autouse=True)
def documents(customer):
    ways = {
        CALLER: room(f'startConferenceOnEnter="false" endConferenceOnExit="true" waitUrl="/wait" {TOLD}'),
        ANNA: room(),
        BO: room('participantLabel="bo" muted="true"'),
    }
    customer.replies |= {
        "/voice": lambda told: ways[told["From"]],
        "/wait": twiml("<Say>Please wait.</Say>"),
        "/hold": twiml("<Say>One moment.</Say>"),
        "/after": twiml("<Say>Afterwards.</Say><Pause length='60'/>"),
        "/elsewhere": twiml("<Say>Elsewhere.</Say><Pause length='60'/>"),
    }


@pytest.fixture
def talking(caller, anna):
    caller.call(LINE)
    anna.call(LINE)
    return caller, anna


def events(customer):
    return [told["StatusCallbackEvent"] for told in customer.told("/room")]


def the(twilio):
    [conference] = twilio.conferences.list()
    return twilio.conferences(conference.sid)


def test_what_happens_in_it_is_told_to_whom_the_first_one_named(customer, talking, timeline):
    caller, anna = talking
    caller.hang_up()
    timeline.advance(1)
    assert events(customer) == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "conference-end",
        "participant-leave",
    ]
    told = customer.told("/room")
    assert [each["SequenceNumber"] for each in told] == ["1", "2", "3", "4", "5", "6"]
    assert told[0] | {"FriendlyName": "r", "StartConferenceOnEnter": "false", "EndConferenceOnExit": "true"} == told[0]
    assert (told[3]["ReasonParticipantLeft"], told[3]["ParticipantCallStatus"]) == ("participant_hung_up", "completed")
    assert told[4]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert told[4]["CallSidEndingConference"] == told[0]["CallSid"] == told[3]["CallSid"]
    assert told[5]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert anna.heard_text.endswith("Afterwards.")


def test_whoever_waits_hears_the_waiting_document_again_and_again(customer, caller, timeline):
    caller.call(LINE)
    timeline.advance(10)
    assert caller.heard_text.count("Please wait.") > 2
    assert events(customer) == ["participant-join"]


def test_whoever_is_left_alone_hears_silence_and_no_music(talking, timeline):
    caller, anna = talking
    heard = len(caller.heard)
    anna.hang_up()
    timeline.advance(120)
    assert caller.on_a_call
    assert len(caller.heard) == heard


def test_the_same_name_later_is_another_conference(talking, caller, anna, twilio, timeline):
    caller.hang_up()
    anna.hang_up()
    timeline.advance(1)
    caller.call(LINE)
    first, second = twilio.conferences.list(friendly_name="r")
    assert (first.status, second.status) == ("init", "completed")
    assert second.reason_conference_ended == "participant-with-end-conference-on-exit-left"


def test_participants_are_listed_while_they_are_there(talking, twilio, caller, anna, bo):
    bo.call(LINE)
    participants = the(twilio).participants.list()
    assert {each.call_sid for each in participants} == {phone.leg.sid for phone in (caller, anna, bo)}
    assert [each.label for each in the(twilio).participants.list(muted=True)] == ["bo"]
    assert the(twilio).participants("bo").fetch().call_sid == bo.leg.sid
    bo.hang_up()
    with pytest.raises(TwilioRestException) as gone:
        the(twilio).participants("bo").fetch()
    assert gone.value.code == 20404


def test_whoever_is_muted_hears_and_is_not_heard(talking, twilio, caller, anna, bo):
    bo.call(LINE)
    bo.say("psst")
    anna.say("Hello, Bo")
    assert "psst" not in anna.heard_text
    assert bo.heard[-1].text == "Hello, Bo"
    the(twilio).participants("bo").update(muted=False)
    bo.say("Hello, Anna")
    assert anna.heard[-1].text == "Hello, Anna"


def test_whoever_is_on_hold_hears_the_hold_document_until_taken_back(customer, talking, twilio, timeline):
    caller, anna = talking
    sid = caller.leg.sid
    assert the(twilio).participants(sid).update(hold=True, hold_url=f"{SITE}/hold").hold is True
    timeline.advance(1)
    assert caller.heard[-1].text == "One moment."
    assert (caller.bridged_with, anna.bridged_with) == ([], [])
    the(twilio).participants(sid).update(hold=False)
    timeline.settle()
    assert caller.bridged_with == [ANNA]
    assert events(customer)[-2:] == ["participant-hold", "participant-unhold"]


def test_a_warm_handover_leaves_the_caller_with_the_second_one(customer, talking, twilio, bo, timeline):
    caller, anna = talking
    bo.call(LINE)
    anna.hang_up()
    timeline.advance(1)
    assert caller.bridged_with == [BO]
    the(twilio).participants("bo").update(end_conference_on_exit=True)
    timeline.settle()
    assert events(customer)[-1] == "participant-modify"
    bo.hang_up()
    assert "Afterwards." in caller.heard_text


def test_a_participant_can_be_sent_on(customer, talking, twilio, timeline):
    caller, anna = talking
    assert the(twilio).participants(anna.leg.sid).delete()
    timeline.settle()
    assert anna.heard_text.endswith("Afterwards.")
    assert caller.on_a_call


def test_a_conference_can_be_ended(customer, talking, twilio, timeline):
    caller, anna = talking
    assert the(twilio).update(status="completed").status == "completed"
    timeline.settle()
    assert {phone.heard[-1].text for phone in (caller, anna)} == {"Afterwards."}
    [ended] = [told for told in customer.told("/room") if told["StatusCallbackEvent"] == "conference-end"]
    assert ended["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert the(twilio).participants.list() == []


def test_whoever_is_led_elsewhere_leaves_the_conference(customer, talking, twilio, timeline):
    caller, anna = talking
    twilio.calls(anna.leg.sid).update(url=f"{SITE}/elsewhere")
    timeline.settle()
    assert (anna.heard[-1].text, caller.bridged_with) == ("Elsewhere.", [])
    assert customer.told("/room")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_a_full_conference_takes_nobody_more(customer, caller, anna, bo):
    customer.replies["/voice"] = room('maxParticipants="2"')
    for phone in (caller, anna, bo):
        phone.call(LINE)
    assert caller.bridged_with == [ANNA]
    assert bo.bridged_with == []
    assert bo.heard_text == "Afterwards."


def test_dial_says_that_a_conference_was_answered(customer, talking):
    _, anna = talking
    anna.hang_up()
    assert customer.told("/after")[0]["DialCallStatus"] == "answered"
