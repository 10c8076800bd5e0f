"""Ringing phones for a caller: together or one after another, until one gets through its screening."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.simulator.detection import MachineDetection, listen
from app.simulator.documents import follow, there
from app.simulator.legs import Leg
from app.simulator.posting import Trouble
from app.simulator.progress import StatusCallback
from app.simulator.scripts import Accepted, Ask, Gone, Part, Script, Star, Wait
from app.simulator.twiml import Verb

BAD_CALLER_ID: Final = 13214


def groups(dialled: Verb, numbers: tuple[Verb, ...]) -> Iterable[Sequence[Verb]]:
    """The numbers that ring at the same time: all of them, or with `sequential` one after another."""
    return [(number,) for number in numbers] if dialled.says("sequential", False) else [numbers]


def child(leg: Leg, dialled: Verb, number: Verb, here: str) -> Leg:
    """The call to one of the numbers."""
    exchange = leg.exchange
    screening = there(here, number.attributes["url"]) if "url" in number.attributes else ""
    made = Leg(
        exchange,
        direction="outbound-dial",
        sender=dialled.attributes.get("callerId", leg.sender),
        to=number.text,
        phone=exchange.subscriber(number.text),
        parent=leg,
        callback=_callback(number, here),
        detection=_detection(number, here),
        on_answer=lambda answered: _screened(answered, screening),
    )
    exchange.legs[made.sid] = made
    return made


def ring(leg: Leg, children: Iterable[Leg], dialled: Verb) -> None:
    """Let the phones ring that may be shown the caller ID asked for; the others fail."""
    for each in children:
        if _may_show(leg, each.sender):
            each.ring(for_seconds=dialled.seconds("timeout", 30))
        else:
            trouble = Trouble(BAD_CALLER_ID, "callerId is neither a line of the account nor on this call", "")
            each.exchange.webhooks.record(trouble, about=each.sid)
            each.end("failed")


def first_to_accept(ringing: list[Leg], *, star_ends_it: bool) -> Part[Accepted | Gone | Star]:
    """Until one accepts (`Accepted`), all are gone (`Gone`: the last), or the caller lets them go by star."""
    events: tuple[type, ...] = (Accepted, Gone, Star) if star_ends_it else (Accepted, Gone)
    while True:
        event = yield Wait(events)
        if isinstance(event, Star) or (isinstance(event, Accepted) and event.by in ringing):
            return event
        if isinstance(event, Gone) and event.leg in ringing:
            ringing.remove(event.leg)
            if not ringing:
                return event


def let_go(children: Iterable[Leg]) -> None:
    """End those that still belong to the dial."""
    for each in children:
        if each.tied:
            each.end("canceled")


def _may_show(leg: Leg, caller_id: str) -> bool:
    return caller_id in leg.exchange.lines or caller_id in (leg.sender, leg.to)


def _callback(number: Verb, here: str) -> StatusCallback | None:
    if "statusCallback" not in number.attributes:
        return None
    events = number.attributes.get("statusCallbackEvent", "completed").split()
    return StatusCallback(there(here, number.attributes["statusCallback"]), frozenset(events))


def _detection(number: Verb, here: str) -> MachineDetection | None:
    """On a dialled number detection never holds the call up: what it found is only posted."""
    if "machineDetection" not in number.attributes:
        return None
    told = number.attributes.get("amdStatusCallback", "")
    return MachineDetection(
        to_the_end=number.attributes["machineDetection"] == "DetectMessageEnd",
        gives_up_after=number.seconds("machineDetectionTimeout", 30),
        apart=True,
        status_url=there(here, told) if told else "",
    )


def _screened(called: Leg, url: str) -> Script:
    """The called phone's side: what it hears before it is connected, then the conversation."""
    yield from listen(called)
    if url:
        yield from follow(called, Ask(url))
    called.tell_parent(Accepted(called))
    yield Wait()
