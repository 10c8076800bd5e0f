"""Dial: bringing a caller together with a phone that is rung for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.simulator.detection import detect
from app.simulator.documents import failed, follow, there, verb
from app.simulator.legs import Leg
from app.simulator.posting import Answer, Trouble
from app.simulator.progress import StatusCallback
from app.simulator.rooms import confer, take_from_queue
from app.simulator.scripts import Accepted, Ask, Event, Gone, Key, Part, Script, Wait
from app.simulator.twiml import AGAINST_THE_SCHEMA, Verb

BAD_CALLER_ID: Final = 13214
LONGEST_CALL: Final = 4 * 3600
"""Seconds after which a connected call is ended, unless `timeLimit` says otherwise."""


@dataclass
class Outcome:
    """How a dial went: the phone it was about (the one that got the caller, else the last to say no)."""

    phone: Leg | None = None
    bridged: bool = False
    status: str = "no-answer"
    """Used when no phone was rung: a conference, a queue."""

    def params(self) -> dict[str, str]:
        """What Dial's action is told."""
        told = {"DialCallStatus": self.phone.final_status if self.phone else self.status}
        told["DialBridged"] = str(self.bridged).lower()
        if self.phone is not None:
            told |= {"DialCallSid": self.phone.sid, "DialCallDuration": str(self.phone.seconds_talked)}
        return told


@verb("Dial")
def dial(leg: Leg, dialled: Verb, here: str) -> Part[Ask | None]:
    """Ring, screen, bridge; then on to `action`, or to the next verb."""
    if leg.tied:
        raise failed(leg, Trouble(AGAINST_THE_SCHEMA, "a phone that is being screened cannot dial", here))
    if not dialled.says("answerOnBridge", False):
        leg.connect()
    outcome = Outcome()
    try:
        yield from _bring_together(leg, dialled, here, outcome)
    finally:
        action = there(here, dialled.attributes["action"]) if "action" in dialled.attributes else ""
        if action and leg.over:
            _tell_of_the_end(leg, action, outcome)
    return Ask(action, outcome.params()) if action else None


def _bring_together(leg: Leg, dialled: Verb, here: str, outcome: Outcome) -> Part[None]:
    noun = dialled.children[0] if dialled.children else Verb("Number", {}, dialled.text)
    if noun.name == "Conference":
        outcome.status = "completed"
        yield from confer(leg, noun, here)
    elif noun.name == "Queue":
        outcome.bridged = yield from take_from_queue(leg, noun.text)
        outcome.status = "completed" if outcome.bridged else "no-answer"
    else:
        yield from _ring_and_talk(leg, dialled, dialled.children or (noun,), here, outcome)


def _ring_and_talk(leg: Leg, dialled: Verb, numbers: tuple[Verb, ...], here: str, outcome: Outcome) -> Part[None]:
    children = [_child(leg, dialled, number, here) for number in numbers]
    ringing = list(children)
    try:
        for child in children:
            _ring(leg, child, dialled)
        outcome.phone = children[0]
        winner = yield from _first_to_accept(ringing, outcome)
        if winner is not None:
            outcome.phone, outcome.bridged = winner, True
            _let_go([child for child in ringing if child is not winner])
            yield from _talk(leg, winner, dialled)
    finally:
        _let_go(children)
        leg.peers.clear()


def _child(leg: Leg, dialled: Verb, number: Verb, here: str) -> Leg:
    exchange = leg.exchange
    screening = there(here, number.attributes["url"]) if "url" in number.attributes else ""
    child = Leg(
        exchange,
        direction="outbound-dial",
        sender=dialled.attributes.get("callerId", leg.sender),
        to=number.text,
        phone=exchange.subscriber(number.text),
        parent=leg,
        callback=_callback(number, here),
        machine_detection=number.attributes.get("machineDetection", ""),
        on_answer=lambda answered: _screened(answered, screening),
    )
    exchange.legs[child.sid] = child
    return child


def _callback(number: Verb, here: str) -> StatusCallback | None:
    if "statusCallback" not in number.attributes:
        return None
    events = number.attributes.get("statusCallbackEvent", "completed").split()
    return StatusCallback(there(here, number.attributes["statusCallback"]), frozenset(events))


def _ring(leg: Leg, child: Leg, dialled: Verb) -> None:
    if _may_show(leg, child.sender):
        child.ring(for_seconds=dialled.seconds("timeout", 30))
    else:
        trouble = Trouble(BAD_CALLER_ID, "callerId is neither a line of the account nor on this call", "")
        child.exchange.webhooks.record(trouble, about=child.sid)
        child.end("failed")


def _may_show(leg: Leg, caller_id: str) -> bool:
    return caller_id in leg.exchange.lines or caller_id in (leg.sender, leg.to)


def _screened(child: Leg, url: str) -> Script:
    """The called phone's side: what it hears before it is connected, then the conversation."""
    yield from detect(child)
    if url:
        yield from follow(child, Ask(url))
    child.tell_parent(Accepted(child))
    yield Wait()


def _first_to_accept(ringing: list[Leg], outcome: Outcome) -> Part[Leg | None]:
    """The first phone that is answered and gets through its screening; the others go on ringing meanwhile."""
    while ringing:
        event = yield Wait((Accepted, Gone))
        if isinstance(event, Accepted) and event.by in ringing:
            return event.by
        if isinstance(event, Gone) and event.leg in ringing:
            ringing.remove(event.leg)
            outcome.phone = event.leg
    return None


def _talk(leg: Leg, other: Leg, dialled: Verb) -> Part[None]:
    leg.connect()
    leg.peers, other.peers = [other], [leg]
    ends_it: tuple[type, ...] = (Gone, Key) if dialled.says("hangupOnStar", False) else (Gone,)
    timeline = leg.exchange.timeline
    until = timeline.seconds() + dialled.seconds("timeLimit", LONGEST_CALL)
    while not _is_the_end((yield Wait(ends_it, until - timeline.seconds())), other):
        pass


def _is_the_end(event: Event, other: Leg) -> bool:
    if isinstance(event, Gone):
        return event.leg is other
    return not isinstance(event, Key) or event.digit == "*"


def _let_go(children: list[Leg]) -> None:
    for child in children:
        if child.tied:
            child.peers.clear()
            child.end("canceled")


def _tell_of_the_end(leg: Leg, action: str, outcome: Outcome) -> None:
    """The caller hung up: the action is told, and nobody listens to what it answers."""
    leg.exchange.webhooks.ask(action, leg.params() | outcome.params(), about=leg.sid, then=_nothing)


def _nothing(_outcome: Answer | Trouble) -> None:
    """The call is over."""
