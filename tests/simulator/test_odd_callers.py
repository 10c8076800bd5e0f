"""Callers without a number, with one that is none, sent on by a switchboard; and people who will not wait."""

from __future__ import annotations

import pytest

from app.simulator import Phone
from app.simulator.numbers import WITHHELD, is_e164
from tests.simulator.customer import ANNA, CALLER, LINE, NOBODY, SITE, twiml

VERBS = {
    "Say": "<Say>Something rather long is said here.</Say>",
    "Play": "<Play>/sound.mp3</Play>",
    "Pause": '<Say>.</Say><Pause length="20"/>',
    "Gather": '<Gather timeout="20" action="/keyed"><Say>Press.</Say></Gather>',
    "Dial": f'<Dial timeout="30" action="/dialled">{ANNA}</Dial>',
    "Dial answerOnBridge": f'<Dial timeout="30" answerOnBridge="true" action="/dialled">{ANNA}</Dial>',
    "Conference": '<Dial action="/dialled"><Conference waitUrl="/wait">r</Conference></Dial>',
    "Enqueue": '<Enqueue action="/left" waitUrl="/wait">q</Enqueue>',
    "Queue": '<Dial action="/dialled"><Queue>q</Queue></Dial>',
    "Redirect": "<Redirect>/again</Redirect>",
}


@pytest.mark.parametrize("spelling", [*WITHHELD, "sip:someone@example.org", "client:someone"])
def test_however_a_hidden_number_is_spelled_it_is_told_as_it_came(customer, caller, spelling):
    caller.call(LINE, withheld=spelling)
    told = customer.told("/voice")[0]
    assert (told["From"], told["Caller"]) == (spelling, spelling)
    assert CALLER not in str(told)
    assert not is_e164(spelling)


def test_a_call_sent_on_by_a_switchboard_says_so(customer, caller, twilio):
    caller.call(LINE, forwarded_from="+46846500490")
    told = customer.told("/voice")[0]
    assert (told["ForwardedFrom"], told["CalledVia"], told["From"]) == ("+46846500490", "+46846500490", CALLER)
    assert twilio.calls.list()[0].forwarded_from == "+46846500490"


def test_a_hidden_callers_country_is_nonsense(customer, caller):
    caller.call(LINE, withheld=True)
    assert customer.told("/voice")[0]["CallerCountry"] == "TH"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("after", [0, 1.5, 8])
def test_hanging_up_is_possible_at_every_verb_and_leaves_nobody(
    exchange, customer, caller, anna, timeline, verb, after
):
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url="", status_url=f"{SITE}/over")
    customer.replies |= {
        "/voice": twiml(VERBS[verb]),
        "/wait": twiml("<Say>Please wait.</Say>"),
        "/again": twiml("<Say>Again.</Say><Pause/>"),
        "/dialled": twiml("<Pause length='60'/>"),
    }
    leg = caller.call(LINE)
    timeline.advance(after)
    caller.hang_up()
    timeline.advance(60)
    assert leg.over
    assert (caller.state, anna.state) == ("idle", "idle")
    assert [told["CallSid"] for told in customer.told("/over")] == [leg.sid]
    assert exchange.queues.get("q", []) == []
    assert all(conference.over for conference in exchange.conferences.values())


def test_hanging_up_while_a_document_is_fetched_leaves_nobody(exchange, customer, caller, anna, timeline):
    exchange.faults.webhook_delay = 3
    customer.replies["/voice"] = twiml(VERBS["Dial"])
    leg = caller.call(LINE)
    timeline.advance(1)
    caller.hang_up()
    timeline.advance(30)
    assert (leg.status, anna.state) == ("no-answer", "idle")


def test_a_key_in_the_middle_of_a_prompt_is_taken_and_the_prompt_stops(customer, caller, timeline):
    long = " ".join(["Very long words are said here."] * 10)
    customer.replies |= {
        "/voice": twiml(f'<Gather numDigits="1" action="/keyed"><Say>{long}</Say><Say>And more.</Say></Gather>'),
        "/keyed": twiml("<Say>Thank you.</Say>"),
    }
    caller.call(LINE)
    timeline.advance(2)
    caller.press("3")
    assert customer.told("/keyed")[0]["Digits"] == "3"
    assert "And more." not in caller.heard_text
    assert caller.heard_text.endswith("Thank you.")


def test_a_key_during_words_outside_a_gather_is_lost(customer, caller, timeline):
    customer.replies |= {
        "/voice": twiml("<Say>Words that go on.</Say>", '<Gather numDigits="1" action="/keyed" timeout="3"/>'),
    }
    caller.call(LINE)
    caller.press("3")
    timeline.advance(10)
    assert customer.told("/keyed") == []


@pytest.mark.parametrize("behaviour", ["voicemail", "fax", "says nothing"])
def test_machines_and_pockets_hang_up_by_themselves(customer, caller, anna: Phone, timeline, behaviour):
    customer.replies |= {
        "/voice": twiml(f'<Dial action="/dialled">{ANNA}</Dial>'),
        "/dialled": twiml("<Say>Next.</Say>"),
    }
    anna.behaviour = behaviour
    caller.call(LINE)
    timeline.advance(60)
    assert anna.state == "idle"
    assert caller.heard_text.endswith("Next.")
    assert customer.told("/dialled")[0]["DialCallDuration"] == "30"


def test_a_number_nobody_has_is_not_in_use(exchange, twilio, customer, timeline):
    placed = twilio.calls.create(to=NOBODY, from_=LINE, url=f"{SITE}/page", status_callback=f"{SITE}/over")
    timeline.advance(5)
    assert twilio.calls(placed.sid).fetch().status == "failed"
    assert customer.told("/over")[0]["ErrorCode"] == "13224"
