"""Dial: bringing a caller together with a phone that is rung for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.simulator.conferring import confer
from app.simulator.documents import failed, there, verb
from app.simulator.legs import Leg
from app.simulator.posting import Answer, Trouble
from app.simulator.queueing import take_from_queue
from app.simulator.ringing import child, first_to_accept, groups, let_go, ring
from app.simulator.scripts import Accepted, Ask, Event, Gone, Part, Star, Wait
from app.simulator.twiml import AGAINST_THE_SCHEMA, Verb

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
        outcome.status = "answered"
        yield from confer(leg, dialled, noun, here)
    elif noun.name == "Queue":
        outcome.bridged = yield from take_from_queue(leg, noun.text)
        outcome.status = "completed" if outcome.bridged else "no-answer"
    else:
        yield from _ring_and_talk(leg, dialled, dialled.children or (noun,), here, outcome)


def _ring_and_talk(leg: Leg, dialled: Verb, numbers: tuple[Verb, ...], here: str, outcome: Outcome) -> Part[None]:
    for group in groups(dialled, numbers):
        children = [child(leg, dialled, number, here) for number in group]
        try:
            event = yield from _ring(leg, children, dialled, outcome)
            if isinstance(event, Accepted):
                outcome.bridged = True
                let_go([each for each in children if each is not event.by])
                yield from _talk(leg, event.by, dialled)
        finally:
            let_go(children)
            leg.peers.clear()
        if not isinstance(event, Gone):
            return


def _ring(leg: Leg, children: list[Leg], dialled: Verb, outcome: Outcome) -> Part[Accepted | Gone | Star]:
    """Ring until it is decided, and keep which phone it was about."""
    outcome.phone = children[0]
    ring(leg, children, dialled)
    event = yield from first_to_accept(list(children), star_ends_it=dialled.says("hangupOnStar", False))
    if isinstance(event, Accepted):
        outcome.phone = event.by
    elif isinstance(event, Gone):
        outcome.phone = event.leg
    return event


def _talk(leg: Leg, other: Leg, dialled: Verb) -> Part[None]:
    leg.connect()
    leg.peers, other.peers = [other], [leg]
    ends_it: tuple[type, ...] = (Gone, Star) if dialled.says("hangupOnStar", False) else (Gone,)
    timeline = leg.exchange.timeline
    until = timeline.seconds() + dialled.seconds("timeLimit", LONGEST_CALL)
    while not _is_the_end((yield Wait(ends_it, until - timeline.seconds())), other):
        pass


def _is_the_end(event: Event, other: Leg) -> bool:
    return not isinstance(event, Gone) or event.leg is other


def _tell_of_the_end(leg: Leg, action: str, outcome: Outcome) -> None:
    """The caller hung up: the action is told, and nobody listens to what it answers."""
    leg.exchange.webhooks.ask(action, leg.params() | outcome.params(), about=leg.sid, then=_nothing)


def _nothing(_outcome: Answer | Trouble) -> None:
    """The call is over."""
