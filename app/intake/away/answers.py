"""What is said while the database is away: a greeting, one telephone after another, and calm words when nobody came.

Everything follows from the carrier's form, a place in the order, and the kept roster. Nothing promises that anything
was written down. Each of these answers also stands in for the usual one of a door that finds the database away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from app.intake.away.arrival import arrived
from app.intake.away.meanwhile import Accepted, Call, Meanwhile
from app.intake.away.roster import KeptRoster, Someone
from app.intake.fallback import RING_FOR
from app.intake.line import Line, source_of, xml
from app.telephony import twiml
from app.telephony.signature import Form

ACCEPT: Final = "1"
_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True)
class Webhook:
    """One verified request of the carrier's, and everything that it can be answered from."""

    form: Form
    at: datetime
    line: Line
    meanwhile: Meanwhile
    roster: KeptRoster
    n: int = 0
    """The place in the order that its address names."""

    def say(self, key: str, *, language: str = "") -> twiml.Verb:
        """A sentence, in the first language unless another is asked for."""
        return self.meanwhile.sound.prompt(language or self.roster.languages[0], key)

    @property
    def hung_up(self) -> bool:
        """Whether the carrier says that nobody hears what we answer."""
        return self.form.get("CallStatus") in _OVER


Answer = Callable[[Webhook], Response]


def greet(asked: Webhook) -> Response:
    """Somebody calls: they are greeted, and the first telephone rings."""
    source = source_of(asked.form, "CallSid")
    asked.meanwhile.answered += asked.meanwhile.known(source) is None
    call = asked.meanwhile.called(source, asked.form, came_at=asked.at, at=asked.at)
    return _ring(asked, call, 0, "voice.greeting", "fallback.wait")


def go_on(asked: Webhook) -> Response:
    """Somebody was being asked something when the database went away: they are asked no more, and somebody is rung."""
    return _ring(asked, _call(asked), 0, "fallback.wait")


def again(asked: Webhook) -> Response:
    """A telephone was being rung, or somebody had them, when the database went away: from the first one on."""
    return ring_next(asked, n=0)


def ring_next(asked: Webhook, *, n: int | None = None) -> Response:
    """The telephone before this place rang out, or whoever had the caller is gone: the next one, if they stay."""
    call = _call(asked)
    asked.meanwhile.parted(call.source, spoke=asked.form.get("DialBridged") != "false", at=asked.at)
    if asked.hung_up:
        asked.meanwhile.hung_up(call.source, at=asked.at)
        return xml(twiml.document(twiml.hangup()))
    return _ring(asked, call, asked.n if n is None else n, "fallback.next")


def nobody(asked: Webhook) -> Response:
    """Nobody could answer, in every language that callers are spoken to in; they may call again, or text."""
    words = (asked.say("fallback.nobody_now", language=language) for language in asked.roster.languages)
    return xml(twiml.document(*words, twiml.hangup()))


def screen(asked: Webhook) -> Response:
    """Somebody's telephone was picked up: a person waits, said twice, and the key is asked for."""
    who = _rung(asked)
    words = asked.say("screen.voice", language=who.language if who else "")
    ask = twiml.gather(words, words, action=asked.line.url("kept/screen/key"))
    return xml(twiml.document(ask, twiml.hangup()))


def accept(asked: Webhook) -> Response:
    """They pressed a key: 1 gets the caller. Only one telephone rings at a time, so nobody can have been faster."""
    if asked.form.get("Digits") != ACCEPT:
        return xml(twiml.document(twiml.hangup()))
    who, caller = _rung(asked), asked.form.get("ParentCallSid", "")
    call = asked.meanwhile.known(caller)
    if call and call.over_at:
        return xml(twiml.document(asked.say("screen.over", language=who.language if who else ""), twiml.hangup()))
    if who and caller.isalnum():
        by = Accepted(who.id, source_of(asked.form, "CallSid"), asked.at)
        asked.meanwhile.accepted(caller, by)
    return xml(twiml.accept())


def over(asked: Webhook) -> Response:
    """The carrier says how a call goes that somebody made to the line: that it is over is all that is kept."""
    if asked.hung_up and asked.form.get("Direction", "inbound") == "inbound":
        source = source_of(asked.form, "CallSid")
        came_at = arrived(asked.form, at=asked.at) if "CallDuration" in asked.form else None
        asked.meanwhile.called(source, asked.form, came_at=came_at, at=asked.at)
        asked.meanwhile.parted(source, spoke=True, at=asked.at)
        asked.meanwhile.hung_up(source, at=asked.at)
    return Response(status_code=204)


def _call(asked: Webhook) -> Call:
    """A call of which this is not the first webhook; when it came in this does not say."""
    return asked.meanwhile.called(source_of(asked.form, "CallSid"), asked.form, came_at=None, at=asked.at)


def _ring(asked: Webhook, call: Call, n: int, *words: str) -> Response:
    """The telephone at the n-th place, or the next that may be rung; after the last, the words for nobody."""
    for place, someone in enumerate(asked.roster.order_at(call.came_at or call.since)):
        if place >= n and someone.phone != asked.form.get("From"):
            dial = twiml.dial(
                someone.phone,
                action=asked.line.url(f"kept/ring?n={place + 1}"),
                caller_id=asked.roster.line,
                ring_for=RING_FOR,
                screen_url=asked.line.url("kept/screen"),
            )
            return xml(twiml.document(*(asked.say(key) for key in words), dial))
    return nobody(asked)


def _rung(asked: Webhook) -> Someone | None:
    """Whose telephone this leg rang, by its number: no two of the staff share one."""
    return asked.roster.who_has(asked.form.get("To"))


INSTEAD: Final[Mapping[str, Answer]] = {
    "/carrier/voice": greet,
    "/carrier/voice/language": go_on,
    "/carrier/voice/role": go_on,
    "/carrier/voice/code": go_on,
    "/carrier/voice/status": over,
    "/carrier/keys": go_on,
    "/carrier/keys/danger": go_on,
    "/carrier/keys/call": go_on,
    "/carrier/keys/text": go_on,
    "/carrier/ring": again,
    "/carrier/ring/screen/{approach_id}/{person_id}": screen,
    "/carrier/ring/screen/{approach_id}/{person_id}/key": accept,
    "/carrier/callback": nobody,
    "/carrier/callback/chosen": nobody,
    "/carrier/callback/number": nobody,
    "/carrier/callback/number/keyed": nobody,
    "/carrier/callback/number/confirmed": nobody,
    "/carrier/callback/hours": nobody,
    "/carrier/callback/hours/chosen": nobody,
    "/carrier/callback/text": nobody,
    "/carrier/callback/voicemail": nobody,
}
"""What a door answers that finds the database away. Whoever is not on this list fails as ever: the carrier tries again,
turns to its own fallback, or has it in its list."""
