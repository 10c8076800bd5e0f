"""What a caller hears next, in the few TwiML verbs this house uses, safe by how they are built.

Only keys are gathered, never speech. Nothing is recorded. A dialled leg rings on until it is bridged, shows
our number, and every answer is fetched by POST, so that no parameter lands in a log of addresses. A document
ends in something definite: a caller is never left at the end of a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from app.telephony.numbers import may_be_dialled

VOICES: Final = {"sv": "sv-SE", "en": "en-GB", "ar": "arb"}
"""The carrier's voice for each of our languages. Somali has none."""


class Voice(NamedTuple):
    """A voice of the carrier's: the locale it speaks, and its name; without one it is the carrier's usual for it."""

    locale: str
    name: str = ""


_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile("[\u0020!#$%(-;=?-\ud7ff]*")
"""What stands in XML as it is, in a text and between quotation marks."""
_KEYS = re.compile(r"[0-9*#]*")
_ENDS: Final = ("Hangup", "Redirect", "Reject")
_ROOM: Final = re.compile(r"[0-9a-f]{32}")
_RING: Final = range(5, 601)
_SECONDS: Final = range(1, 61)
A_MOMENT: Final = timedelta(seconds=5)
_SPOKEN: Final = ("Say", "Play", "Pause", "")


@dataclass(frozen=True, repr=False)
class Verb:
    """One element: its name, its attributes in order, and what stands inside. Shows its name only."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    inside: tuple[Verb, ...] | str = ()

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        if not self.name:
            return "".join(map(str, self.inside))
        opening = self.name + "".join(f" {name}={_quoted(value)}" for name, value in self.attributes)
        content = _escaped(self.inside) if isinstance(self.inside, str) else "".join(map(str, self.inside))
        return f"<{opening}>{content}</{self.name}>" if content else f"<{opening}/>"

    def __repr__(self) -> str:
        return f"<Verb {self.name}>"


def has_voice(language: str) -> bool:
    """Whether the carrier can read this language aloud: offer a spoken menu only then."""
    return language in VOICES


def say(text: str, language: str, voice: Voice | None = None) -> Verb:
    """Read a text aloud. A language without a voice gets the Swedish one: better an accent than a dead line."""
    speaker = voice or Voice(VOICES.get(language, VOICES["sv"]))
    named = (("voice", speaker.name),) if speaker.name else ()
    return Verb("Say", (*named, ("language", speaker.locale)), text)


def play(url: str) -> Verb:
    """Play a sound: an MP3 or WAV file that the carrier fetches."""
    return Verb("Play", (), _address(url))


def in_turn(*prompts: Verb) -> Verb:
    """Several prompts as one: a sentence made of recordings."""
    return Verb("", (), _only_spoken(prompts))


def pause(seconds: int) -> Verb:
    """Silence, 1 to 60 seconds."""
    return Verb("Pause", (("length", str(_within(_SECONDS, seconds))),))


def gather(
    *prompts: Verb,
    action: str,
    digits: int | None = 1,
    timeout: timedelta = A_MOMENT,
    finish_on_key: str = "#",
    silence_counts: bool = False,
) -> Verb:
    """Collect keys while the prompts are heard, and post them to `action` as `Digits`.

    `digits` None: any number of them, until `finish_on_key` or `timeout` (1 to 60 s) after the last. When nothing
    is keyed the next verb follows; with `silence_counts` that is an answer too, posted with empty `Digits`.
    """
    if not _KEYS.fullmatch(finish_on_key):
        raise ValueError("only keys of a telephone finish a gather")
    attributes = {
        "input": "dtmf",
        "action": _address(action),
        "method": "POST",
        "timeout": str(_within(_SECONDS, round(timeout.total_seconds()))),
        "finishOnKey": finish_on_key,
        "actionOnEmptyResult": "true" if silence_counts else "false",
    }
    if digits is not None:
        attributes["numDigits"] = str(digits)
    return Verb("Gather", tuple(attributes.items()), _only_spoken(prompts))


def dial(
    number: str,
    *,
    action: str | None,
    caller_id: str,
    ring_for: timedelta,
    screen_url: str | None,
    star_ends_it: bool = False,
) -> Verb:
    """Ring a number and bridge it; then `action` is asked what follows, at once when `star_ends_it` and they press it.

    Without an `action` the next verb follows, whether they spoke or not; only a document that stands alone does that.
    `caller_id` is a number of ours. `screen_url` is heard by the one who answers before they are bridged
    (see `accept`); None bridges whoever, or whatever, picks up. `ring_for` is 5 s to 10 min.
    ValueError for a number that may not be dialled: emergency, short and premium ones never are.
    """
    for each in (number, caller_id):
        if not may_be_dialled(each):
            raise ValueError("this number may not be dialled or shown")
    screening = () if screen_url is None else (("url", _address(screen_url)), ("method", "POST"))
    attributes = {
        **({} if action is None else {"action": _address(action), "method": "POST"}),
        "callerId": caller_id,
        "answerOnBridge": "true",
        "timeout": str(_within(_RING, round(ring_for.total_seconds()))),
    }
    if star_ends_it:
        attributes["hangupOnStar"] = "true"
    return Verb("Dial", tuple(attributes.items()), (Verb("Number", screening, number),))


def room(name: str, *, action: str, wait_url: str, ends_with_me: bool) -> Verb:
    """Bring this call into a conference of our own, without a sound; then `action` is asked what follows.

    `name` is random and says nothing. `wait_url` is heard while alone in it (see `meanwhile`). With `ends_with_me`
    everybody else leaves when this one does.
    """
    if not _ROOM.fullmatch(name):
        raise ValueError("a room has a random name, and no other")
    attributes = {
        "startConferenceOnEnter": "true",
        "endConferenceOnExit": "true" if ends_with_me else "false",
        "beep": "false",
        "waitUrl": _address(wait_url),
        "waitMethod": "POST",
    }
    dialled = (("action", _address(action)), ("method", "POST"))
    return Verb("Dial", dialled, (Verb("Conference", tuple(attributes.items()), name),))


def redirect(url: str) -> Verb:
    """Go on with the document at `url`."""
    return Verb("Redirect", (("method", "POST"),), _address(url))


def hangup() -> Verb:
    """End the call."""
    return Verb("Hangup")


def reject() -> Verb:
    """Do not answer the call; it costs nothing and sounds busy."""
    return Verb("Reject", (("reason", "busy"),))


def document(*verbs: Verb) -> str:
    """The whole answer. ValueError unless it ends in something definite and nothing stands after an end.

    Definite are a hang-up, a redirect, a rejection and a dial (its action follows). A gather is not: where the
    carrier does not reach its action, the verb after it decides.
    """
    *before, last = verbs or (None,)
    if last is None or not (last.name in _ENDS or _leads_on(last)):
        raise ValueError("a document ends in a hang-up, a redirect, a rejection or a dial")
    if any(verb is not None and verb.name in _ENDS for verb in before):
        raise ValueError("nothing is heard after a hang-up, a redirect or a rejection")
    return _written(verbs)


def _leads_on(verb: Verb) -> bool:
    return verb.name == "Dial" and "action" in dict(verb.attributes)


def accept(*prompts: Verb) -> str:
    """The screened handler takes the call: after these words, if any, the carrier bridges the two."""
    return _written(_only_spoken(prompts))


def meanwhile(*prompts: Verb) -> str:
    """What somebody hears who is alone in a room, over and over: words and pauses are all that fits there."""
    return _written(_only_spoken(prompts))


def silence() -> str:
    """The answer to a text: none. Whatever it said would be sent to the phone it came from."""
    return _written(())


def _written(verbs: tuple[Verb, ...]) -> str:
    return _DECLARATION + str(Verb("Response", inside=verbs))


def _only_spoken(verbs: Sequence[Verb]) -> tuple[Verb, ...]:
    if strangers := {verb.name for verb in verbs} - set(_SPOKEN):
        raise ValueError(f"only words and pauses fit here, not {', '.join(sorted(strangers))}")
    return tuple(verbs)


def _address(url: str) -> str:
    if not url.startswith(("https://", "http://", "/")):
        raise ValueError("an address is absolute or begins with /")
    return url


def _within(bounds: range, seconds: int) -> int:
    if seconds not in bounds:
        raise ValueError(f"{seconds} s is not within {bounds.start} to {bounds.stop - 1} s")
    return seconds


def _escaped(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return escape(_NOT_IN_XML.sub("", text))


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    return quoteattr(_NOT_IN_XML.sub("", value))
