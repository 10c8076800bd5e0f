"""Queues: waiting in one, leaving it, and taking whoever has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.simulator.conferring import waiting
from app.simulator.documents import there, verb
from app.simulator.scripts import Ask, Gone, Part, Taken, Wait, until
from app.simulator.twiml import Verb

if TYPE_CHECKING:
    from app.simulator.legs import Leg


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
        event = yield from until((Taken,), waiting(leg, enqueued.attributes.get("waitUrl"), here))
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
