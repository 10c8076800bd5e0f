"""Where legs meet besides a dial: conferences and queues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.simulator.documents import documents, there, verb
from app.simulator.scripts import Ask, Closed, Gone, Opened, Part, Script, Taken, Wait, until
from app.simulator.twiml import Verb

if TYPE_CHECKING:
    from app.simulator.legs import Leg

WAITING_MUSIC: Final = "(waiting music)"
MUSIC_SECONDS: Final = 60.0


@dataclass
class Conference:
    """Several legs that hear one another once somebody who may start it has come, and a second."""

    name: str
    members: list[Leg] = field(default_factory=list)
    may_start: bool = False

    @property
    def is_open(self) -> bool:
        return self.may_start and len(self.members) > 1

    def enter(self, leg: Leg, *, starts: bool) -> None:
        self.members.append(leg)
        self.may_start = self.may_start or starts
        if self.is_open:
            self._introduce()

    def leave(self, leg: Leg, *, ends_it: bool) -> None:
        """Leave; when `ends_it`, everyone else is sent on with their own documents."""
        if leg in self.members:
            self.members.remove(leg)
        leg.peers = []
        self._introduce()
        if ends_it:
            for other in self.members:
                other.exchange.tell(other, Closed())
        self.may_start = self.may_start and bool(self.members) and not ends_it

    def _introduce(self) -> None:
        for member in self.members:
            member.peers = [other for other in self.members if other is not member] if self.is_open else []
            if self.is_open:
                member.exchange.tell(member, Opened())


def confer(leg: Leg, noun: Verb, here: str) -> Part[None]:
    """Be in a conference until it is over."""
    conference = leg.exchange.conferences.setdefault(noun.text, Conference(noun.text))
    conference.enter(leg, starts=noun.says("startConferenceOnEnter", True))
    ended: object = None
    try:
        while not isinstance(ended, Closed):
            ended = yield from (_talking() if conference.is_open else _alone(leg, noun, here))
    finally:
        conference.leave(leg, ends_it=noun.says("endConferenceOnExit", False))


def _talking() -> Part[object]:
    return (yield Wait((Closed,)))


def _alone(leg: Leg, noun: Verb, here: str) -> Part[object]:
    return (yield from until((Opened, Closed), _waiting(leg, noun, here)))


def _waiting(leg: Leg, noun: Verb, here: str) -> Script:
    """What somebody hears who waits: the customer's document over and over, silence (`""`), or music."""
    address = noun.attributes.get("waitUrl")
    while True:
        if address:
            yield from documents(leg, Ask(there(here, address)))
        elif address is None:
            leg.hear(WAITING_MUSIC)
        yield Wait(seconds=1 if address else MUSIC_SECONDS)


class LeftQueue(Exception):
    """The waiting document said Leave."""


@verb("Leave")
def leave(_leg: Leg, _left: Verb, _here: str) -> Part[Ask | None]:
    yield from ()
    raise LeftQueue


@verb("Enqueue")
def enqueue(leg: Leg, enqueued: Verb, here: str) -> Part[Ask | None]:
    """Wait in a queue until taken; then talk; then on to `action`, or to the next verb."""
    leg.connect()
    queue = leg.exchange.queues.setdefault(enqueued.text, [])
    queue.append(leg)
    joined = leg.exchange.timeline.seconds()
    try:
        result = yield from _in_queue(leg, enqueued, here)
    finally:
        if leg in queue:
            queue.remove(leg)
    if "action" not in enqueued.attributes:
        return None
    waited = round(leg.exchange.timeline.seconds() - joined)
    return Ask(there(here, enqueued.attributes["action"]), {"QueueResult": result, "QueueTime": str(waited)})


def _in_queue(leg: Leg, enqueued: Verb, here: str) -> Part[str]:
    try:
        event = yield from until((Taken,), _waiting(leg, enqueued, here))
    except LeftQueue:
        return "leave"
    if isinstance(event, Taken):
        yield from talk_with(leg, event.by)
    return "bridged"


def take_from_queue(leg: Leg, name: str) -> Part[bool]:
    """Talk with whoever has waited longest. False when nobody does."""
    queue = leg.exchange.queues.setdefault(name, [])
    if not queue:
        return False
    first = queue.pop(0)
    leg.exchange.tell(first, Taken(leg))
    yield from talk_with(leg, first)
    return True


def talk_with(leg: Leg, other: Leg) -> Part[None]:
    """Hear one another until either is over or has left."""
    leg.connect()
    leg.peers = [other]
    try:
        while True:
            event = yield Wait((Gone,))
            if isinstance(event, Gone) and event.leg is other:
                return
    finally:
        leg.peers = []
        leg.exchange.tell(other, Gone(leg))
