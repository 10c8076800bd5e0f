"""Every document the line ever says is TwiML that Twilio's own SDK could have written, and leaves nobody hanging."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml import TwiML, lower_camel, voice_response

from app.telephony.numbers import may_be_dialled
from tests.busy_day import NUMBERS, Day, Request, day
from tests.doorways import HEADER
from tests.hotline import ACCOUNT, PUBLIC_URL
from tests.people import LINE
from tests.people import NUMBERS as STAFF

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

PARENTS = {"Response": "VoiceResponse"}
NOT_VERBS = {"append", "nest", "xml", "to_xml", "add_child"}
ENDS = {"Hangup", "Redirect", "Reject", "Dial"}
NEVER = {"Record", "Play", "Sms", "Pay", "Start", "Connect", "Prompt"}
SAYS_NOTHING = {"POST /carrier/sms"}
LETS_THROUGH = "POST /carrier/ring/screen/{approach_id}/{person_id}/key"
"""An empty end connects the screened handler to the caller: the one place where that is meant."""


def children_of(parent: str) -> dict[str, set[str]]:
    """What Twilio's SDK can put inside a verb: names of elements, and the attributes each may have."""
    verb: type[TwiML] = getattr(voice_response, PARENTS.get(parent, parent))
    methods = inspect.getmembers(
        verb, lambda member: inspect.isfunction(member) and not member.__name__.startswith("_")
    )
    return {
        name.replace("_", ""): {lower_camel(parameter) for parameter in inspect.signature(method).parameters}
        for name, method in methods
        if name not in NOT_VERBS
    }


def mistakes(parent: ET.Element) -> Iterator[str]:
    """Everything in a document that the SDK's grammar does not have."""
    known = children_of(parent.tag) if len(parent) else {}
    for element in parent:
        if element.tag.lower() not in known:
            yield f"<{element.tag}> inside <{parent.tag}>"
            continue
        strange = set(element.attrib) - known[element.tag.lower()]
        yield from (f"{name} on <{element.tag}>" for name in strange)
        yield from mistakes(element)


def parsed(request: Request) -> ET.Element:
    return ET.fromstring(request.answer)  # noqa: S314 - our own


def elements(day: Day, tag: str) -> list[ET.Element]:
    return [element for request in day.documents for element in parsed(request).iter(tag)]


def test_there_is_something_to_look_at(day: Day) -> None:
    said = {str(request.door) for request in day.documents}

    assert len(day.documents) >= 50
    assert len(said) >= 16
    assert set(children_of("Response")) >= {"dial", "gather", "say", "redirect", "hangup"}


def test_every_document_follows_the_grammar_of_twilios_sdk(day: Day) -> None:
    wrong = [f"{request.door}: {mistake}" for request in day.documents for mistake in mistakes(parsed(request))]

    assert wrong == []


def test_every_document_is_one_response_in_utf_8(day: Day) -> None:
    for request in day.documents:
        assert request.answer.decode().startswith('<?xml version="1.0" encoding="UTF-8"?><Response')
        assert parsed(request).tag == "Response"
        assert len(request.answer) < 4_000


def test_nothing_is_recorded_transcribed_or_recognised(day: Day) -> None:
    for request in day.documents:
        for element in parsed(request).iter():
            written = f"{element.tag} {element.attrib}".lower()
            assert not [word for word in ("record", "speech", "transcri", "detect") if word in written]
            assert element.tag not in NEVER
    assert {gather.get("input") for gather in elements(day, "Gather")} == {"dtmf"}


def test_every_document_ends_in_something_definite(day: Day) -> None:
    for request in day.documents:
        verbs = [element.tag for element in parsed(request)]
        if str(request.door) in SAYS_NOTHING:
            assert verbs == [], "a text is never answered to the phone it came from"
        elif str(request.door) == LETS_THROUGH and not verbs:
            continue
        else:
            assert verbs[-1] in ENDS, f"{request.door}: {verbs}"
            assert not set(verbs[:-1]) & ENDS, f"{request.door}: {verbs}"


def test_everything_is_fetched_by_post_from_our_own_address(day: Day) -> None:
    for tag, name in (("Gather", "action"), ("Dial", "action"), ("Number", "url")):
        for element in elements(day, tag):
            assert element.get("method") == "POST"
            assert (element.get(name) or "").startswith(f"{PUBLIC_URL}/carrier/")
    for element in elements(day, "Redirect"):
        assert element.get("method") == "POST"
        assert (element.text or "").startswith(f"{PUBLIC_URL}/carrier/")


def test_only_staff_are_dialled_screened_and_shown_the_lines_own_number(day: Day) -> None:
    dialled = elements(day, "Dial")

    assert dialled
    for dial in dialled:
        (number,) = dial
        assert number.text in STAFF.values()
        assert may_be_dialled(number.text or "")
        assert "/ring/screen/" in (number.get("url") or "")
        assert dial.get("callerId") == LINE
        assert dial.get("answerOnBridge") == "true"


def test_no_address_carries_a_number(day: Day) -> None:
    addresses = [
        value for request in day.documents for element in parsed(request).iter() for value in element.attrib.values()
    ]
    addresses += [element.text or "" for element in elements(day, "Redirect")]

    for number in (*NUMBERS, *STAFF.values()):
        assert not [each for each in addresses if number[3:] in each and each != LINE]


def test_words_are_said_in_a_voice_that_the_carrier_has(day: Day) -> None:
    assert {say.get("language") for say in elements(day, "Say")} == {"sv-SE", "en-GB"}
    assert all(say.text and say.text.strip() for say in elements(day, "Say"))


def test_twilios_validator_accepts_every_request_of_the_simulated_carrier(day: Day) -> None:
    validator = RequestValidator(ACCOUNT.auth_token)
    requests = [request for request in day.tape.requests if request.door.face == "carrier"]

    assert len(requests) >= 100
    for request in requests:
        signature = request.headers[HEADER.lower()]
        assert validator.validate(f"{PUBLIC_URL}{request.path}", request.fields, signature), str(request.door)


@pytest.mark.parametrize("token", ["another-token", ""])
def test_twilios_validator_would_notice_another_token(day: Day, token: str) -> None:
    request = next(request for request in day.tape.requests if request.door.face == "carrier")

    signature = request.headers[HEADER.lower()]
    assert not RequestValidator(token).validate(f"{PUBLIC_URL}{request.path}", request.fields, signature)
