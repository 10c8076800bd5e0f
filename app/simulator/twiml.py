"""Reading TwiML strictly: what is not in these tables is a mistake.

The real carrier lets some mistakes pass with a warning. This exchange does not: a document with an unknown verb,
attribute or nesting fails the call, so that tests find what a warning would have hidden. The tables hold what this
exchange can carry out; recording, speech input and transcription are left out on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

UNREADABLE: Final = 12100
AGAINST_THE_SCHEMA: Final = 12200
NOT_TWIML: Final = 12300


class BadTwiml(Exception):
    """A document the exchange cannot carry out, with the carrier's error code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Verb:
    """One element: a verb of the document, or a noun inside one."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[Verb, ...] = ()

    def seconds(self, attribute: str, default: float) -> float:
        """A duration attribute, in seconds."""
        return float(self.attributes.get(attribute, default))

    def says(self, attribute: str, default: bool) -> bool:
        """A true or false attribute."""
        return self.attributes.get(attribute, str(default).lower()) == "true"


@dataclass(frozen=True)
class Rule:
    """What an element may carry: attributes, elements, and whether text is needed, allowed or wrong."""

    attributes: frozenset[str] = field(default_factory=frozenset)
    children: frozenset[str] = field(default_factory=frozenset)
    text: str = "none"


def _rule(attributes: str = "", children: str = "", text: str = "none") -> Rule:
    return Rule(frozenset(attributes.split()), frozenset(children.split()), text)


VOICE: Final[Mapping[str, Rule]] = {
    "Response": _rule(children="Say Play Gather Dial Redirect Pause Hangup Reject Enqueue Leave"),
    "Say": _rule("voice language loop", text="needed"),
    "Play": _rule("loop digits", text="needed"),
    "Gather": _rule(
        "input action method timeout finishOnKey numDigits actionOnEmptyResult language", children="Say Play Pause"
    ),
    "Dial": _rule(
        "action method timeout timeLimit callerId answerOnBridge hangupOnStar ringTone sequential",
        children="Number Conference Queue",
        text="allowed",
    ),
    "Number": _rule(
        "url method statusCallback statusCallbackMethod statusCallbackEvent machineDetection machineDetectionTimeout "
        "machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout "
        "amdStatusCallback amdStatusCallbackMethod",
        text="needed",
    ),
    "Conference": _rule(
        "startConferenceOnEnter endConferenceOnExit beep muted waitUrl waitMethod maxParticipants participantLabel "
        "region jitterBufferSize statusCallback statusCallbackMethod statusCallbackEvent",
        text="needed",
    ),
    "Queue": _rule("url method", text="needed"),
    "Redirect": _rule("method", text="needed"),
    "Pause": _rule("length"),
    "Hangup": _rule(),
    "Reject": _rule("reason"),
    "Enqueue": _rule("action method waitUrl waitUrlMethod", text="needed"),
    "Leave": _rule(),
}
MESSAGING: Final[Mapping[str, Rule]] = {
    "Response": _rule(children="Message Redirect"),
    "Message": _rule("to from action method statusCallback", children="Body", text="allowed"),
    "Body": _rule(text="needed"),
    "Redirect": _rule("method", text="needed"),
}

_WHOLE: Final = r"\d{1,9}"
_TRUTH: Final = r"true|false"
_ONLY_POST: Final = r"POST"
_EVENTS: Final = r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*"
_ROOM_EVENTS: Final = r"(start|end|join|leave|mute|hold|modify)( (start|end|join|leave|mute|hold|modify))*"
_SPELLING: Final[Mapping[str, str]] = {
    "Conference statusCallbackEvent": _ROOM_EVENTS,
    "actionOnEmptyResult": _TRUTH,
    "amdStatusCallbackMethod": _ONLY_POST,
    "answerOnBridge": _TRUTH,
    "beep": r"true|false|onEnter|onExit",
    "callerId": r"\+?\d{3,15}",
    "endConferenceOnExit": _TRUTH,
    "finishOnKey": r"[0-9*#]?",
    "hangupOnStar": _TRUTH,
    "input": r"dtmf",
    "language": r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})*",
    "length": _WHOLE,
    "loop": _WHOLE,
    "machineDetection": r"Enable|DetectMessageEnd",
    "machineDetectionTimeout": r"[3-9]|[1-5]\d|60",
    "maxParticipants": _WHOLE,
    "method": _ONLY_POST,
    "muted": _TRUTH,
    "numDigits": r"[1-9]\d{0,3}",
    "reason": r"busy|rejected",
    "sequential": _TRUTH,
    "startConferenceOnEnter": _TRUTH,
    "statusCallbackEvent": _EVENTS,
    "statusCallbackMethod": _ONLY_POST,
    "timeLimit": _WHOLE,
    "timeout": _WHOLE,
    "waitMethod": _ONLY_POST,
    "waitUrlMethod": _ONLY_POST,
}
"""How a value must be spelled. Only POST: with GET, what callers key in would stand in URLs and in logs."""


def read(content_type: str, body: str, grammar: Mapping[str, Rule] = VOICE) -> tuple[Verb, ...]:
    """The verbs of a document, in order. Raises `BadTwiml`."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("text/xml", "application/xml", "text/html"):
        raise BadTwiml(NOT_TWIML, f"content type {kind or 'missing'}")
    return _verb(_parse(body), grammar).children


def _parse(body: str) -> ET.Element:
    """The root; document types are refused first, because entities can explode."""
    if "<!DOCTYPE" in body or "<!ENTITY" in body:
        raise BadTwiml(UNREADABLE, "a document type is not TwiML")
    try:
        root = ET.fromstring(body.strip())  # noqa: S314
    except ET.ParseError as problem:
        raise BadTwiml(UNREADABLE, "not well-formed XML") from problem
    if root.tag != "Response":
        raise BadTwiml(UNREADABLE, "the root is not Response")
    return root


def _verb(element: ET.Element, grammar: Mapping[str, Rule]) -> Verb:
    rule = grammar.get(element.tag)
    if rule is None:
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{element.tag} is not a verb of this exchange")
    for name, value in element.attrib.items():
        _check_attribute(element.tag, name, value, rule)
    children = tuple(_child(element.tag, child, rule, grammar) for child in element)
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    _check_text(element.tag, text, children, rule)
    return Verb(element.tag, dict(element.attrib), text, children)


def _child(parent: str, child: ET.Element, rule: Rule, grammar: Mapping[str, Rule]) -> Verb:
    if child.tag in grammar and child.tag not in rule.children:
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{child.tag} may not stand in {parent}")
    return _verb(child, grammar)


def _check_attribute(tag: str, name: str, value: str, rule: Rule) -> None:
    if name not in rule.attributes:
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{tag} has no attribute {name} on this exchange")
    spelling = _SPELLING.get(f"{tag} {name}", _SPELLING.get(name))
    if spelling is not None and not re.fullmatch(spelling, value):
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{tag} {name} has a value it cannot have")


def _check_text(tag: str, text: str, children: tuple[Verb, ...], rule: Rule) -> None:
    if text and rule.text == "none":
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{tag} may not hold text")
    if not text and rule.text == "needed":
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{tag} is empty")
    if tag in ("Dial", "Message") and bool(text) == bool(children):
        raise BadTwiml(AGAINST_THE_SCHEMA, f"{tag} needs either text or something inside")
