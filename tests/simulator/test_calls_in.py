from __future__ import annotations

import pytest

from app.simulator import TimedOut
from tests.simulator.customer import LINE, twiml

MENU = twiml(
    '<Gather numDigits="1" timeout="4" action="/chosen"><Say language="sv-SE">Tryck ett.</Say></Gather>',
    "<Say>Nobody chose.</Say>",
)


def test_a_caller_hears_what_the_document_says_in_its_language(customer, caller):
    customer.replies["/voice"] = twiml('<Say language="sv-SE">Hej.</Say>')
    caller.call(LINE)
    assert [(heard.text, heard.language) for heard in caller.heard] == [("Hej.", "sv-SE")]
    assert customer.told("/voice")[0]["CallStatus"] == "ringing"


def test_blank_parameters_are_sent_too(customer, caller):
    caller.call(LINE)
    told = customer.told("/voice")[0]
    assert told["CallerZip"] == told["ToCity"] == ""
    assert told["FromCountry"] == "SE"


def test_a_call_is_over_when_its_document_is(customer, caller, timeline):
    customer.replies["/voice"] = twiml("<Say>Goodbye.</Say>")
    leg = caller.call(LINE)
    timeline.advance(10)
    assert leg.status == "completed"
    assert caller.state == "idle"


def test_a_key_during_the_prompt_stops_it_and_counts(customer, caller):
    customer.replies |= {"/voice": MENU, "/chosen": twiml("<Say>Thank you.</Say>")}
    caller.call(LINE)
    assert caller.state == "waiting for keys"
    caller.press("1")
    assert customer.told("/chosen")[0]["Digits"] == "1"
    assert caller.heard_text == "Tryck ett.\nThank you."


def test_silence_falls_through_without_asking_the_customer(customer, caller, timeline):
    customer.replies["/voice"] = MENU
    caller.call(LINE)
    timeline.advance(4)
    assert "Nobody chose." not in caller.heard_text
    timeline.advance(2)
    assert "Nobody chose." in caller.heard_text
    assert customer.told("/chosen") == []


def test_silence_is_told_when_the_document_wants_to_know(customer, caller, timeline):
    customer.replies["/voice"] = twiml('<Gather actionOnEmptyResult="true" action="/chosen" timeout="1"/>')
    caller.call(LINE)
    timeline.advance(1)
    assert customer.told("/chosen")[0]["Digits"] == ""


def test_keys_end_with_the_finishing_key_which_is_not_one_of_them(customer, caller):
    customer.replies["/voice"] = twiml('<Gather action="/chosen"/>')
    caller.call(LINE)
    caller.press("070#")
    assert customer.told("/chosen")[0] | {"Digits": "070", "FinishedOnKey": "#"} == customer.told("/chosen")[0]


def test_a_pause_between_keys_as_long_as_the_timeout_ends_them(customer, caller, timeline):
    customer.replies["/voice"] = twiml('<Gather action="/chosen" timeout="3"/>')
    caller.call(LINE)
    caller.press("07")
    timeline.advance(2.9)
    caller.press("0")
    timeline.advance(3)
    assert customer.told("/chosen")[0]["Digits"] == "070"


def test_gather_without_action_asks_the_same_document_again(customer, caller):
    customer.replies["/voice"] = twiml("<Gather/>")
    caller.call(LINE)
    caller.press("5#")
    assert [told.get("Digits") for told in customer.told("/voice")] == [None, "5"]


def test_a_redirect_leads_on_and_a_relative_address_is_seen_from_the_document(customer, caller):
    customer.replies |= {"/voice": twiml("<Redirect>next</Redirect>"), "/next": twiml("<Say>Here.</Say>")}
    caller.call(LINE)
    assert caller.heard_text == "Here."


def test_rejecting_does_not_answer(customer, caller):
    customer.replies["/voice"] = twiml('<Reject reason="busy"/>')
    leg = caller.call(LINE)
    assert (leg.status, leg.answered) == ("busy", False)


@pytest.mark.parametrize(
    ("spelling", "told"),
    [(True, "Anonymous"), ("+266696687", "+266696687"), ("", ""), ("Restricted", "Restricted")],
)
def test_a_hidden_number_is_spelled_as_carriers_do(customer, caller, spelling, told):
    caller.call(LINE, withheld=spelling)
    assert customer.told("/voice")[0]["From"] == customer.told("/voice")[0]["Caller"] == told


@pytest.mark.parametrize(
    "verb",
    [
        "<Say>One, and a good deal more.</Say>",
        "<Play>https://customer.example/one.mp3</Play>",
        '<Pause length="9"/>',
        "<Gather/>",
        "<Dial>+46701740605</Dial>",
        "<Dial><Conference>room</Conference></Dial>",
        "<Enqueue>queue</Enqueue>",
    ],
)
def test_hanging_up_at_any_verb_ends_the_call_and_what_it_set_going(customer, caller, anna, timeline, verb):
    customer.replies["/voice"] = twiml(verb, "<Redirect>/never</Redirect>")
    leg = caller.call(LINE)
    timeline.advance(1)
    caller.hang_up()
    timeline.advance(60)
    assert leg.over
    assert (caller.state, anna.state) == ("idle", "idle")
    assert customer.told("/never") == []


def test_the_answer_to_a_webhook_is_thrown_away_when_the_caller_has_gone(exchange, customer, caller):
    def hang_up_meanwhile(_params: object) -> str:
        with exchange.lock:
            caller.leg.end()
        return twiml("<Say>Too late.</Say>")

    customer.replies["/voice"] = hang_up_meanwhile
    caller.call(LINE)
    assert caller.heard == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (500, 11200),
        (403, 11200),
        (301, 11200),
        (429, 11217),
        ("<Response><Say>", 12100),
        ("<Answer/>", 12100),
        (twiml("<Record/>"), 12200),
        (twiml('<Say volume="loud">x</Say>'), 12200),
        (twiml('<Dial record="record-from-answer">+46701740605</Dial>'), 12200),
        (twiml("<Gather><Dial>+46701740605</Dial></Gather>"), 12200),
        (twiml("<Say/>"), 12200),
        (twiml('<Gather method="GET"/>'), 12200),
        (twiml('<Gather input="speech"/>'), 12200),
        (twiml("<Message>x</Message>"), 12200),
    ],
)
def test_a_bad_answer_is_recorded_and_the_fallback_takes_the_call(exchange, customer, caller, reply, code):
    customer.replies |= {"/voice": reply, "/fallback": twiml("<Say>Fallback.</Say>")}
    caller.call(LINE)
    assert exchange.debugger.codes == [code]
    assert customer.told("/fallback")[0]["ErrorCode"] == str(code)
    assert customer.told("/fallback")[0]["ErrorUrl"] == "https://customer.example/voice"
    assert caller.heard_text == "Fallback."


def test_without_a_working_fallback_the_caller_hears_an_apology_and_is_lost(customer, caller, timeline):
    customer.replies |= {"/voice": 500, "/fallback": 500}
    leg = caller.call(LINE)
    assert "application error" in caller.heard_text
    timeline.advance(10)
    assert leg.over


def test_a_customer_who_does_not_answer_is_given_fifteen_seconds(exchange, customer, caller, timeline):
    customer.replies |= {"/voice": TimedOut(), "/fallback": twiml("<Say>Fallback.</Say>")}
    caller.call(LINE)
    timeline.advance(14.9)
    assert caller.heard == []
    timeline.advance(0.1)
    assert caller.heard_text == "Fallback."
    assert exchange.debugger.codes == [11205]


def test_a_document_that_leads_to_itself_does_not_hang_the_exchange(exchange, customer, caller):
    customer.replies |= {"/voice": twiml("<Redirect>/voice</Redirect>"), "/fallback": twiml("<Say>Fallback.</Say>")}
    caller.call(LINE)
    assert caller.heard_text != ""
    assert exchange.debugger.codes[0] == 0
