"""The houses that sealed packages go to and come from: whose keys stand in the city's knowledge."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.errors import BadInput
from app.programme.knowledge import Handover, Knowledge
from app.routing.sealed_letters import Letter, NotAPackage, fingerprint, signing_key
from app.vault.envelope import NotAKey, PrivateKey, PublicKey

_GROUP: Final = 4
"""Digits of a fingerprint that are read out in one breath."""


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


@dataclass(frozen=True)
class Card:
    """What another house writes into its programme file to hand people over to this one, and take them over from it.

    Public halves alone. They are worked out from the key that opens cases: where staff hold it, by one of them."""

    seals_to: str
    signs_with: str
    fingerprint: str
    """What both sides compare over the telephone."""

    @classmethod
    def of(cls, rota: PrivateKey) -> Self:
        """Of the house whose key this is."""
        signs = signing_key(rota).public_key().public_bytes_raw()
        seals_to = f"{rota.key_id}:{_encoded(rota.public.raw)}"
        return cls(seals_to, _encoded(signs), fingerprint(signs))

    @property
    def aloud(self) -> str:
        """The fingerprint in groups, to be read out."""
        return " ".join(self.fingerprint[at : at + _GROUP] for at in range(0, len(self.fingerprint), _GROUP))

    def lines(self, address: str = "") -> str:
        """As they stand in a programme file; without an address packages are carried as files."""
        lines = [
            f"# fingerprint {self.aloud}",
            "[knowledge.receiver.NAME.handover]",
            f'seals_to = "{self.seals_to}"',
            f'signs_with = "{self.signs_with}"',
            *([f'address = "{address}"'] if address else []),
        ]
        return "\n".join(lines)


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
