from __future__ import annotations

import pytest

from app.simulator.numbers import segments
from tests.simulator.customer import ANNA, CALLER, LINE, SITE, twiml


def test_a_text_to_the_line_is_told_with_all_its_fields(customer, caller):
    caller.text(LINE, "Jag behöver hjälp\nnu")
    told = customer.told("/sms")[0]
    assert (told["From"], told["To"], told["Body"]) == (CALLER, LINE, "Jag behöver hjälp\nnu")
    assert (told["NumMedia"], told["NumSegments"], told["FromZip"]) == ("0", "1", "")
    assert told["MessageSid"] == told["SmsSid"] == told["SmsMessageSid"]


def test_a_document_without_verbs_sends_nothing(customer, caller, timeline):
    customer.replies["/sms"] = twiml()
    caller.text(LINE, "hello")
    timeline.advance(10)
    assert caller.inbox == []


def test_a_message_in_the_answer_is_an_automatic_reply(customer, caller, timeline):
    customer.replies["/sms"] = twiml("<Message><Body>Got it.\nBye.</Body></Message>")
    caller.text(LINE, "hello")
    timeline.advance(10)
    assert [text.body for text in caller.inbox] == ["Got it.\nBye."]


def test_voice_verbs_are_no_answer_to_a_text_and_the_fallback_is_told(exchange, customer, caller):
    exchange.sell_line(LINE, voice_url="", sms_url=f"{SITE}/sms", sms_fallback_url=f"{SITE}/sms-fallback")
    customer.replies["/sms"] = twiml("<Say>Hello</Say>")
    caller.text(LINE, "hello")
    assert exchange.debugger.codes == [12200]
    assert customer.told("/sms-fallback")[0]["Body"] == "hello"


def test_phones_can_text_one_another(caller, anna):
    caller.text(ANNA, "hi")
    assert [(text.sender, text.body) for text in anna.inbox] == [(CALLER, "hi")]


@pytest.mark.parametrize(
    ("body", "parts"),
    [("å" * 160, 1), ("å" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("–" * 70, 1), ("–" * 71, 2), ("😀" * 36, 2)],
)
def test_segments_are_counted_as_they_are_sent(body, parts):
    assert segments(body) == parts
