"""The verbs a caller hears and answers: Say, Play, Pause, Gather; and those that end or lead elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.simulator.documents import there, verb
from app.simulator.scripts import Ask, Event, HangUp, Key, Part, Wait
from app.simulator.twiml import Verb

if TYPE_CHECKING:
    from app.simulator.legs import Leg

SOUND_SECONDS = 4.0
"""How long an audio file lasts, as far as the exchange knows."""
ENDLESS = 1000
"""How often `loop="0"` repeats."""


@verb("Say")
def say(leg: Leg, said: Verb, _here: str) -> Part[Ask | None]:
    leg.connect()
    yield from _prompt(leg, said)
    return None


@verb("Play")
def play(leg: Leg, played: Verb, _here: str) -> Part[Ask | None]:
    leg.connect()
    yield from _prompt(leg, played)
    return None


@verb("Pause")
def pause(_leg: Leg, paused: Verb, _here: str) -> Part[Ask | None]:
    """As the first verb of a call it delays the answer, so it does not connect."""
    yield Wait(seconds=paused.seconds("length", 1))
    return None


@verb("Redirect")
def redirect(_leg: Leg, elsewhere: Verb, here: str) -> Part[Ask | None]:
    yield from ()
    return Ask(there(here, elsewhere.text))


@verb("Hangup")
def hang_up(leg: Leg, _hung_up: Verb, _here: str) -> Part[Ask | None]:
    yield from ()
    leg.connect()
    raise HangUp


@verb("Reject")
def reject(_leg: Leg, rejected: Verb, _here: str) -> Part[Ask | None]:
    yield from ()
    raise HangUp("busy" if rejected.attributes.get("reason") == "busy" else "no-answer")


@dataclass
class _Keys:
    """What has been keyed in so far, and when it is enough."""

    most: int
    finish_on: str
    digits: str = ""
    finished_on: str = ""
    done: bool = field(default=False)

    def take(self, digit: str) -> None:
        if digit == self.finish_on:
            self.finished_on, self.done = digit, True
            return
        self.digits += digit
        self.done = len(self.digits) >= self.most


@verb("Gather")
def gather(leg: Leg, gathered: Verb, here: str) -> Part[Ask | None]:
    """Prompts, then silence; a key stops the prompts. Nothing keyed in: go on with the next verb."""
    leg.connect()
    keys = _Keys(int(gathered.attributes.get("numDigits", 10_000)), gathered.attributes.get("finishOnKey", "#"))
    leg.wants_keys = True
    try:
        yield from _collect(leg, gathered, keys)
    finally:
        leg.wants_keys = False
    if not keys.digits and not gathered.says("actionOnEmptyResult", False):
        return None
    told = {"Digits": keys.digits, "FinishedOnKey": keys.finished_on, "msg": "Gather End"}
    return Ask(there(here, gathered.attributes.get("action", "")), told)


def _collect(leg: Leg, gathered: Verb, keys: _Keys) -> Part[None]:
    event = yield from _prompts(leg, gathered.children, (Key,))
    while True:
        if isinstance(event, Key):
            keys.take(event.digit)
        if keys.done or (event is not None and not isinstance(event, Key)):
            return
        event = yield Wait((Key,), gathered.seconds("timeout", 5))


def _prompts(leg: Leg, prompts: Iterable[Verb], stopped_by: tuple[type, ...]) -> Part[Event | None]:
    """One prompt after another. Gives what stopped them, or None when they were heard to the end."""
    for each in prompts:
        stopped = yield from _prompt(leg, each, stopped_by)
        if stopped is not None:
            return stopped
    return None


def _prompt(leg: Leg, prompt: Verb, stopped_by: tuple[type, ...] = ()) -> Part[Event | None]:
    for _ in _times(prompt):
        event = yield Wait(stopped_by, _begin(leg, prompt))
        if stopped_by and isinstance(event, stopped_by):
            return event
    return None


def _times(prompt: Verb) -> Iterable[int]:
    loop = int(prompt.attributes.get("loop", 1))
    return itertools.repeat(1, loop or ENDLESS)


def _begin(leg: Leg, prompt: Verb) -> float:
    """Let the leg hear the beginning of a prompt; gives the seconds it lasts."""
    if prompt.name == "Pause":
        return prompt.seconds("length", 1)
    if prompt.name == "Play":
        leg.hear(prompt.text.rpartition("/")[2], sound=prompt.text)
        return leg.exchange.latency(SOUND_SECONDS)
    words = " ".join(prompt.text.split())
    leg.hear(words, language=prompt.attributes.get("language", "en-US"))
    return leg.exchange.speaking_time(words)
