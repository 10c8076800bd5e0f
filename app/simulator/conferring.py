"""The Conference noun of Dial: entering, waiting, talking, leaving; and finding a conference again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.conferences import Conference, Member
from app.simulator.documents import documents, there
from app.simulator.refusals import Refused
from app.simulator.scripts import Ask, Changed, Closed, Event, Part, Script, Star, Wait, until
from app.simulator.twiml import Verb

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.legs import Leg

WAITING_MUSIC: Final = "(waiting music)"
MUSIC_SECONDS: Final = 60.0
LARGEST: Final = 250


def confer(leg: Leg, dialled: Verb, noun: Verb, here: str) -> Part[None]:
    """Be in a conference until it is over, or until the star key where `hangupOnStar` allows it."""
    leg.connect()
    conference = _called(leg.exchange, noun, here)
    if len(conference.members) >= int(noun.attributes.get("maxParticipants", LARGEST)):
        return
    member = _member(leg, noun)
    leaves: tuple[type, ...] = (Closed, Star) if dialled.says("hangupOnStar", False) else (Closed,)
    conference.enter(member)
    event: Event | None = None
    try:
        while not isinstance(event, leaves):
            event = yield from until((Changed, *leaves), _situation(conference, member, noun, here))
    finally:
        conference.leave(member)


def find(exchange: Exchange, sid: str) -> Conference:
    """A conference, over or not. Raises `Refused` (20404) when there is none."""
    if sid not in exchange.conferences:
        raise Refused(20404)
    return exchange.conferences[sid]


def find_member(conference: Conference, sid: str) -> Member:
    """Whoever is in a conference, by their call's SID or their label. Raises `Refused` (20404)."""
    for member in conference.members:
        if sid in (member.leg.sid, member.label):
            return member
    raise Refused(20404)


def waiting(leg: Leg, address: str | None, here: str) -> Script:
    """What somebody hears who waits: the customer's document over and over, silence (`""`), or music."""
    while True:
        if address:
            yield from documents(leg, Ask(there(here, address)))
        elif address is None:
            leg.hear(WAITING_MUSIC)
        yield Wait(seconds=1 if address else MUSIC_SECONDS)


def _called(exchange: Exchange, noun: Verb, here: str) -> Conference:
    for conference in exchange.conferences.values():
        if conference.name == noun.text and not conference.over:
            return conference
    url = noun.attributes.get("statusCallback", "")
    events = frozenset(noun.attributes.get("statusCallbackEvent", "").split())
    conference = Conference(exchange, noun.text, status_url=there(here, url) if url else "", events=events)
    exchange.conferences[conference.sid] = conference
    return conference


def _member(leg: Leg, noun: Verb) -> Member:
    leg.muted = noun.says("muted", False)
    return Member(
        leg,
        starts=noun.says("startConferenceOnEnter", True),
        ends_it=noun.says("endConferenceOnExit", False),
        label=noun.attributes.get("participantLabel", ""),
        since=leg.exchange.timeline.now(),
    )


def _situation(conference: Conference, member: Member, noun: Verb, here: str) -> Script:
    """Waiting for the beginning, talking (silence, when everyone else has left), or being on hold."""
    if conference.status == "init":
        yield from waiting(member.leg, noun.attributes.get("waitUrl"), here)
    elif member.on_hold:
        yield from waiting(member.leg, member.hold_url, here)
    yield Wait()
