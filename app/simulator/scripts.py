"""How the exchange tells a story: a script is a generator that says what it waits for and is resumed with what came.

A script never blocks and never posts: it yields a `Wait`, and the leg it belongs to resumes it with the first
event that fits. Hanging up closes the script wherever it stands.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.simulator.posting import Answer, Trouble

if TYPE_CHECKING:
    from app.simulator.legs import Leg


@dataclass(frozen=True)
class Elapsed:
    """The time that was waited for is over."""

    turn: int


@dataclass(frozen=True)
class Fetched:
    """The customer answered, or did not."""

    turn: int
    outcome: Answer | Trouble


@dataclass(frozen=True)
class Key:
    """The phone on this leg pressed a key."""

    digit: str


@dataclass(frozen=True)
class Star(Key):
    """The star key, which some verbs understand as "let me go"."""

    digit: str = "*"


@dataclass(frozen=True)
class Accepted:
    """A phone that was dialled for this leg is ready to talk."""

    by: Leg


@dataclass(frozen=True)
class Gone:
    """A leg this one was dialling or talking to is over."""

    leg: Leg


@dataclass(frozen=True)
class Changed:
    """The conference this leg is in has begun, or has put it on hold, or taken it back."""


@dataclass(frozen=True)
class Closed:
    """The conference this leg is in is over."""


@dataclass(frozen=True)
class Taken:
    """Somebody took this leg from the queue."""

    by: Leg


Event = Elapsed | Fetched | Key | Accepted | Gone | Changed | Closed | Taken


@dataclass(frozen=True)
class Ask:
    """A document to fetch: its URL, and parameters besides the call's own."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    """What a script waits for: kinds of event, a time, an answer; whichever comes first."""

    events: tuple[type, ...] = ()
    seconds: float | None = None
    ask: Ask | None = None


T = TypeVar("T")
Part = Generator[Wait, Event, T]
"""A part of a script that comes to some result."""
Script = Part[None]


def fetch(ask: Ask) -> Part[Answer | Trouble]:
    """Ask the customer for a document, and wait for it."""
    event = yield Wait(ask=ask)
    if isinstance(event, Fetched):
        return event.outcome
    raise TypeError("nothing but an answer was waited for")


class HangUp(Exception):
    """The document ended the call; `status` is how the call is written down."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


def until(events: tuple[type, ...], script: Script) -> Part[Event | None]:
    """Play a script until one of these happens. Gives the event, or None when the script was over first."""
    try:
        wait = next(script)
        while True:
            event = yield Wait((*events, *wait.events), wait.seconds, wait.ask)
            if isinstance(event, events):
                return event
            wait = script.send(event)
    except StopIteration:
        return None
    finally:
        script.close()
