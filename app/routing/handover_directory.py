"""The houses that sealed packages go to and come from: whose keys stand in the city's knowledge."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.errors import BadInput
from app.programme.knowledge import Handover, Knowledge
from app.routing.sealed_letters import Letter, NotAPackage, fingerprint
from app.vault.envelope import NotAKey, PublicKey


@dataclass(frozen=True)
class Partner:
    """A house that the city's knowledge names, with the keys that were exchanged beforehand."""

    id: str
    name: str
    seals_to: PublicKey
    signs: bytes = field(repr=False)
    address: str | None = None

    @classmethod
    def of(cls, id_: str, name: str, handover: Handover) -> Self:
        """From the directory. BadInput, naming the receiver, when a key there is none."""
        key_id, _, raw = handover.seals_to.partition(":")
        try:
            public, signs = PublicKey.from_bytes(key_id, base64.b64decode(raw)), base64.b64decode(handover.signs_with)
            Ed25519PublicKey.from_public_bytes(signs)
        except (NotAKey, ValueError, binascii.Error):
            raise BadInput(f"The keys of {id_} in the programme file are damaged. Ask them for theirs again.") from None
        return cls(id_, name, public, signs, handover.address)

    @property
    def fingerprint(self) -> str:
        """What is compared over the telephone."""
        return fingerprint(self.signs)

    def insist_signed(self, letter: Letter) -> None:
        """NotAPackage when they did not sign it."""
        letter.insist_signed_by(Ed25519PublicKey.from_public_bytes(self.signs))


def partners(knowledge: Knowledge) -> Iterator[Partner]:
    """The houses whose keys the city's knowledge holds. BadInput for a damaged one."""
    return (Partner.of(id_, row.name, row.handover) for id_, row in knowledge.receiver.items() if row.handover)


def partner(knowledge: Knowledge, id_: str) -> Partner:
    """The house with this id. BadInput when no keys of theirs were exchanged."""
    found = next((each for each in partners(knowledge) if each.id == id_), None)
    if found is None:
        raise BadInput(f"No keys of {id_} stand in the programme file: [knowledge.receiver.{id_}.handover].")
    return found


def whose(knowledge: Knowledge, letter: Letter, fingerprint: str) -> Partner:
    """The house that signed. NotAPackage for a stranger's, and for what was altered."""
    found = next((each for each in partners(knowledge) if each.fingerprint == fingerprint), None)
    if found is None:
        raise NotAPackage("Nobody whose keys were exchanged has signed this. It was not taken in.")
    found.insist_signed(letter)
    return found
