"""What may stand in a document the line answers with: Twilio's documented grammar, and what this house adds to it.

The tables are written after Twilio's pages on each verb (https://www.twilio.com/docs/voice/twiml and below it, as of
2026), the attributes that record or listen included: what this house forbids is then told apart from what nobody
knows. `faults` names everything wrong with one document, so that a guard can say what it saw.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

URL: Final = r"\S+"
_NAME: Final = r"[^\s].*"
_TRUTH: Final = r"true|false"
_METHOD: Final = r"GET|POST"
_WHOLE: Final = r"\d+"
_POSITIVE: Final = r"[1-9]\d*"
_CALL_EVENTS: Final = r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*"
_ROOM_EVENTS: Final = r"(start|end|join|leave|mute|hold|modify|speaker|announcement)( \w+)*"
_SPOKEN: Final = "Say Play Pause"


@dataclass(frozen=True)
class Element:
    """What one element may carry: attributes with the spelling of their values, elements, words."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    words: bool = False


def _element(inside: str = "", *, words: bool = False, **attributes: str) -> Element:
    return Element(attributes, frozenset(inside.split()), words)


_RECORDING: Final = {
    "record": r"do-not-record|record-from-.*|true|false",
    "trim": r"trim-silence|do-not-trim",
    "recordingStatusCallback": URL,
    "recordingStatusCallbackMethod": _METHOD,
    "recordingStatusCallbackEvent": _NAME,
}
_CALLBACK: Final = {"statusCallback": URL, "statusCallbackMethod": _METHOD}
_MACHINES: Final = {
    "machineDetection": r"Enable|DetectMessageEnd",
    "machineDetectionTimeout": _POSITIVE,
    "machineDetectionSpeechThreshold": _POSITIVE,
    "machineDetectionSpeechEndThreshold": _POSITIVE,
    "machineDetectionSilenceTimeout": _POSITIVE,
    "amdStatusCallback": URL,
    "amdStatusCallbackMethod": _METHOD,
}
_LISTENING: Final = {
    "speechTimeout": r"auto|\d+",
    "speechModel": _NAME,
    "hints": _NAME,
    "enhanced": _TRUTH,
    "profanityFilter": _TRUTH,
    "bargeIn": _TRUTH,
    "partialResultCallback": URL,
    "partialResultCallbackMethod": _METHOD,
}

GRAMMAR: Final[Mapping[str, Element]] = {
    "Response": _element(
        "Say Play Pause Gather Dial Redirect Hangup Reject Enqueue Leave Record Start Stop Connect Sms Pay Refer"
    ),
    "Say": _element(words=True, voice=_NAME, language=r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})*", loop=_WHOLE),
    "Play": _element(words=True, loop=_WHOLE, digits=r"[0-9*#wW]+"),
    "Pause": _element(length=_POSITIVE),
    "Gather": _element(
        _SPOKEN,
        input=r"dtmf|speech|dtmf speech|speech dtmf",
        action=URL,
        method=_METHOD,
        timeout=r"auto|[1-9]\d*",
        finishOnKey=r"[0-9*#]?",
        numDigits=_POSITIVE,
        actionOnEmptyResult=_TRUTH,
        language=_NAME,
        **_LISTENING,
    ),
    "Dial": _element(
        "Number Conference Queue Client Sip Sim Application WhatsApp",
        words=True,
        action=URL,
        method=_METHOD,
        timeout=_POSITIVE,
        timeLimit=_POSITIVE,
        callerId=r"\+\d{7,15}",
        callReason=r".{1,50}",
        answerOnBridge=_TRUTH,
        hangupOnStar=_TRUTH,
        ringTone=r"[a-z]{2}(-old)?",
        sequential=_TRUTH,
        referUrl=URL,
        referMethod=_METHOD,
        events=_NAME,
        recordingTrack=r"inbound|outbound|both",
        **_RECORDING,
    ),
    "Number": _element(
        words=True,
        url=URL,
        method=_METHOD,
        sendDigits=r"[0-9*#wW]+",
        byoc=_NAME,
        statusCallbackEvent=_CALL_EVENTS,
        **_CALLBACK,
        **_MACHINES,
    ),
    "Conference": _element(
        words=True,
        muted=_TRUTH,
        beep=r"true|false|onEnter|onExit",
        startConferenceOnEnter=_TRUTH,
        endConferenceOnExit=_TRUTH,
        participantLabel=_NAME,
        jitterBufferSize=r"small|medium|large|off",
        waitUrl=r"\S*",
        waitMethod=_METHOD,
        maxParticipants=_POSITIVE,
        region=_NAME,
        coach=_NAME,
        eventCallbackUrl=URL,
        statusCallbackEvent=_ROOM_EVENTS,
        **_CALLBACK,
        **_RECORDING,
    ),
    "Queue": _element(words=True, url=URL, method=_METHOD, reservationSid=_NAME, postWorkActivitySid=_NAME),
    "Redirect": _element(words=True, method=_METHOD),
    "Hangup": _element(),
    "Reject": _element(reason=r"rejected|busy"),
    "Enqueue": _element(
        words=True, action=URL, method=_METHOD, waitUrl=URL, waitUrlMethod=_METHOD, maxQueueSize=_POSITIVE
    ),
    "Leave": _element(),
    "Record": _element(
        action=URL, method=_METHOD, transcribe=_TRUTH, transcribeCallback=URL, maxLength=_POSITIVE, playBeep=_TRUTH
    ),
}

ADDRESSES: Final[Mapping[str, str]] = {
    "action": "method",
    "url": "method",
    "waitUrl": "waitMethod",
    "statusCallback": "statusCallbackMethod",
    "amdStatusCallback": "amdStatusCallbackMethod",
    "referUrl": "referMethod",
}
"""Attributes that hold an address, and the attribute that says how it is asked."""

NEVER: Final = frozenset({"Record", "Start", "Connect", "Sms", "Pay", "Stop", "Refer", "Client", "Sip"})
"""Verbs that record, transcribe, text a person, or lead out of the house."""

ENDS: Final = frozenset({"Hangup", "Redirect", "Reject", "Leave"})
"""After these nothing is heard. A dial ends a document too, by what its action answers."""

_OPAQUE: Final = re.compile(r"[0-9a-f]{32}")
_READ_OUT: Final = re.compile(r"\+?\d(?:[\s,.-]{0,3}\d)+")
_A_CODE: Final = 8
_SHORTEST_NUMBER: Final = 7


@dataclass(frozen=True)
class Document:
    """One answer, and what one must know to judge it."""

    answer: str
    origin: str
    line: str
    """The only number of ours that may be shown."""

    staff: Collection[str] = ()
    """The only numbers that may be rung by a document."""

    keyed: str = ""
    """What the listener keyed in just before: only that may be read back to them."""

    secrets: Collection[str] = ()
    """Numbers and words of people outside."""

    may_be_open: bool = False
    """Whether this document may end without a word about what follows: who was screened is let through."""

    screening: bool = False
    """Whether it is heard by a phone that is being screened: such a document may not dial."""


def faults(document: Document) -> list[str]:
    """Everything that is wrong with it; nothing when it is in order."""
    try:
        root = ET.fromstring(document.answer)  # noqa: S314 - our own
    except ET.ParseError:
        return ["this is not XML"]
    if root.tag != "Response" or root.attrib:
        return ["the root is not a bare <Response>"]
    checks = (_strangers, _recordings, _addresses, _callers, _personal)
    return [*_end(document, root), *(fault for check in checks for fault in check(document, root))]


def _strangers(_document: Document, parent: ET.Element) -> Iterator[str]:
    """What Twilio's documentation does not have."""
    rule = GRAMMAR[parent.tag]
    if not rule.words and _words(parent):
        yield f"words in <{parent.tag}>"
    for child in parent:
        if child.tag not in GRAMMAR or child.tag not in rule.inside:
            yield f"<{child.tag}> inside <{parent.tag}>"
            continue
        spellings = GRAMMAR[child.tag].attributes
        for name, value in child.attrib.items():
            if name not in spellings:
                yield f"{name} on <{child.tag}>"
            elif not re.fullmatch(spellings[name], value):
                yield f"{name} on <{child.tag}> cannot be {value!r}"
        yield from _strangers(_document, child)


def _recordings(_document: Document, root: ET.Element) -> Iterator[str]:
    """Nothing is recorded, transcribed or recognised, and nobody is texted."""
    for element in root.iter():
        if element.tag in NEVER:
            yield f"<{element.tag}> is never used"
        for name, value in element.attrib.items():
            if "record" in name.lower() or "transcri" in name.lower() or name == "trim":
                yield f"{name} on <{element.tag}> records"
            elif name in _LISTENING or (name == "input" and value != "dtmf"):
                yield f"{name} on <{element.tag}> listens to speech"
        if element.tag == "Gather" and "input" not in element.attrib:
            yield "<Gather> does not say that it takes keys only"


def _end(document: Document, root: ET.Element) -> Iterator[str]:
    """A document ends in one definite verb, unless this is where an end means consent."""
    verbs = list(root)
    for verb in verbs[:-1]:
        if verb.tag in ENDS:
            yield f"<{verb.tag}> with something after it"
    if document.screening and root.find(".//Dial") is not None:
        yield "<Dial> while a phone is being screened"
    if not verbs or not _is_definite(verbs[-1]):
        spoken = {verb.tag for verb in verbs} <= set(_SPOKEN.split())
        if not (document.may_be_open and spoken):
            yield "no definite end"


def _is_definite(verb: ET.Element) -> bool:
    return verb.tag in ENDS or (verb.tag in {"Dial", "Enqueue"} and "action" in verb.attrib)


def _addresses(document: Document, root: ET.Element) -> Iterator[str]:
    """Everything is asked by POST, at our own origin, over https."""
    for element in root.iter():
        for name, value in element.attrib.items():
            if "url" in name.lower() or "callback" in name.lower() or name == "action":
                yield from _one_address(document, element, name, value)
        if element.tag in {"Redirect", "Play"}:
            yield from _one_address(document, element, "", (element.text or "").strip())


def _one_address(document: Document, element: ET.Element, name: str, value: str) -> Iterator[str]:
    where = f"{name} on <{element.tag}>" if name else f"<{element.tag}>"
    if name.endswith(("Method", "Event")) or (name == "waitUrl" and not value):
        return
    if not value.startswith(f"{document.origin}/carrier/"):
        yield f"{where} leads elsewhere"
    asked_by = "method" if element.tag == "Redirect" else ADDRESSES.get(name, "")
    if element.tag != "Play" and element.get(asked_by) != "POST":
        yield f"{where} is not asked by POST"


def _callers(document: Document, root: ET.Element) -> Iterator[str]:
    """Whoever is rung by a document is staff, and sees the line's own number."""
    for dial in root.iter("Dial"):
        numbers = list(dial.iter("Number"))
        if _words(dial):
            numbers.append(dial)
        for number in numbers:
            if (number.text or "").strip() not in document.staff:
                yield "somebody is rung who is not staff"
            if number.get("url") is None:
                yield "somebody is rung without being screened"
        if dial.get("callerId", "" if numbers else document.line) != document.line:
            yield "<Dial> does not show the line's own number"


def _personal(document: Document, root: ET.Element) -> Iterator[str]:
    """No number and no words of a person; a number is read back only to whoever has just keyed it in."""
    for element in root.iter():
        is_rung = element.tag == "Number"
        for name, value in element.attrib.items():
            if name != "callerId":
                yield from _reveals(document, f"{name} on <{element.tag}>", value, keyed="")
        if not is_rung:
            said = element.tag == "Say"
            yield from _reveals(document, f"<{element.tag}>", _words(element), keyed=document.keyed if said else "")


def _reveals(document: Document, where: str, value: str, *, keyed: str) -> Iterator[str]:
    readable = _OPAQUE.sub("", value)
    for secret in document.secrets:
        if secret and secret in readable:
            yield f"{where} holds something secret"
    for run in _READ_OUT.findall(readable):
        digits = re.sub(r"\D", "", run)
        is_code = where == "<Say>" and len(digits) == _A_CODE
        if len(digits) >= _SHORTEST_NUMBER and not is_code and not _is_the_same(digits, keyed):
            yield f"{where} holds a number"


def _is_the_same(digits: str, keyed: str) -> bool:
    """Whether a number is the one that was keyed in, however it was written."""
    bare = digits.removeprefix("00").removeprefix("46").lstrip("0")
    return bool(keyed) and bare == re.sub(r"\D", "", keyed).removeprefix("00").removeprefix("46").lstrip("0")


def _words(element: ET.Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
