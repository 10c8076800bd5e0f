"""What the carrier does without us while our servers are down: three documents that stand still at the carrier.

They ring the standing chain, one after another, and connect only a phone on which a key is pressed, so that a
voicemail never gets the caller. A document that stands still cannot tell which key it was, nor whether anybody spoke:
any key connects, and a caller whose conversation is over, and who stays on, hears the next phone ring. Nothing is
written down; the call is found afterwards in the carrier's own list (`reconciliation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.errors import Misconfigured
from app.intake.sound import Sound
from app.programme.apply import current
from app.programme.schema import Programme
from app.staff.directory import Directory, by_alias
from app.telephony import twiml

RING_FOR: Final = timedelta(seconds=20)
ADDRESS_OF: Final = "https://address-of.example/{name}"
"""Stands where the address of another document must be written, once the carrier has given it one."""


@dataclass(frozen=True)
class Document:
    """One document to keep at the carrier: under this name, and with this said about it."""

    name: str
    what: str
    twiml: str


def documents(session: Session, directory: Directory) -> list[Document]:
    """The three documents of the programme in force, in the order in which they have to be made.

    Misconfigured when nobody in the standing chain has a phone.
    """
    programme = current(session)
    chain = chain_of(session, directory, programme)
    if not chain:
        raise Misconfigured("nobody in the standing chain has a phone: without us nobody would be rung")
    sound = Sound.of(programme.model_copy(update={"recordings": {}}), audio="")
    language = next(filter(sound.speaks, programme.programme.languages), "sv")
    return [
        Document("accepted", "after a key was pressed: the two are connected", twiml.accept(twiml.pause(1))),
        Document("screening", "what the one who is rung hears before that", _screening(sound, language)),
        Document(
            "fallback", "what the caller hears", _fallback(sound, language, programme.programme.numbers[0], chain)
        ),
    ]


def placed(documents: Sequence[Document], address_of: Callable[[str], str]) -> dict[str, str]:
    """The documents by the addresses they are to be kept at, each with the addresses of those before it written in."""
    addresses = {document.name: address_of(document.name) for document in documents}
    return {addresses[document.name]: _with(addresses, document.twiml) for document in documents}


def chain_of(session: Session, directory: Directory, programme: Programme) -> list[str]:
    """The numbers of the standing chain, in order; whoever has none is passed over."""
    people = (by_alias(session, alias) for alias in programme.programme.standing_chain)
    numbers = (directory.phone_of(session, person) for person in people if person)
    return [number for number in numbers if number]


def _with(addresses: Mapping[str, str], twiml: str) -> str:
    for name, address in addresses.items():
        twiml = twiml.replace(ADDRESS_OF.format(name=name), address)
    return twiml


def _screening(sound: Sound, language: str) -> str:
    words = sound.prompt(language, "screen.voice")
    ask = twiml.gather(words, words, action=ADDRESS_OF.format(name="accepted"))
    return twiml.document(ask, twiml.hangup())


def _fallback(sound: Sound, language: str, line: str, chain: Sequence[str]) -> str:
    verbs = [sound.prompt(language, key) for key in ("voice.greeting", "fallback.wait")]
    for place, number in enumerate(chain):
        if place:
            verbs.append(sound.prompt(language, "fallback.next"))
        verbs.append(
            twiml.dial(
                number,
                action=None,
                caller_id=line,
                ring_for=RING_FOR,
                screen_url=ADDRESS_OF.format(name="screening"),
            )
        )
    return twiml.document(*verbs, sound.prompt(language, "fallback.nobody"), twiml.hangup())
