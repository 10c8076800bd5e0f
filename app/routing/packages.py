"""A package: exactly what a disclosure names, its basis, the consent, and since when the person waits; and its receipt.

Sealed to the receiver, signed by the sender. The head is read by carriers and doors and says nothing of a person: an
id, two keys, a moment, and until when somebody has to be in contact. Who seals and who signs is checked again inside,
so that nobody can put their own name on what another house sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from app.db import new_id
from app.routing.disclosures import Told
from app.routing.handover_directory import Partner
from app.routing.handover_words import Answer, Consented, Contents, Head, Waiting
from app.routing.models import NoReason
from app.routing.sealed_letters import (
    PACKAGE,
    RECEIPT,
    Letter,
    NotAPackage,
    fingerprint,
    head_of,
    place_of_box,
    read,
    sign,
    signing_key,
)
from app.vault.envelope import PrivateKey, open_box, seal

BLOCK: Final = 4096
"""Bytes: what is sealed grows by whole blocks, so that a package does not tell how much is written in it."""


@dataclass(frozen=True)
class Package:
    """One that was read, and its head."""

    letter: Letter
    head: Head

    @classmethod
    def read(cls, text: str) -> Self:
        """NotAPackage for anything that is not one, whole and in its one spelling."""
        letter = read(text, PACKAGE)
        return cls(letter, head_of(letter, Head))


def pack(
    told: Told,
    consents: Sequence[Consented],
    waiting: Waiting,
    *,
    to: Partner,
    sender: str,
    rota: PrivateKey,
    at: datetime,
) -> Package:
    """Seal to the receiver and sign with what the house's own key makes. Each call makes another package."""
    key, package = signing_key(rota), new_id()
    signed_by = _fingerprint_of(key)
    parts: dict[str, object] = {
        "disclosure": told.model_dump(mode="json"),
        "consents": [each.model_dump(mode="json") for each in consents],
        "waiting": waiting.model_dump(mode="json"),
    }
    contents = Contents(
        package=package,
        sender=sender,
        receiver=to.name,
        sealed_to=to.seals_to.key_id,
        signed_by=signed_by,
        fields=len(told.fields),
        manifest=_manifest(parts),
        disclosure=told,
        consents=tuple(consents),
        waiting=waiting,
    )
    due_at = None if waiting.reached_at else waiting.due_at
    head = Head(package=package, made_at=at, due_at=due_at, sealed_to=to.seals_to.key_id, signed_by=signed_by)
    box = seal(_padded(contents.canonical()), to.seals_to, binding=place_of_box(package))
    return Package(sign(PACKAGE, head, box, key), head)


def unpack(box: bytes, rota: PrivateKey, head: Head) -> Contents:
    """What is in it. CannotOpen, WrongKey; NotAPackage when it speaks of another package, sender or receiver."""
    try:
        contents = Contents.read(open_box(box, rota, binding=place_of_box(head.package)))
    except ValidationError:
        raise NotAPackage("What is in this package is not of a version that is known here.") from None
    named = (contents.package, contents.signed_by, contents.sealed_to)
    if named != (head.package, head.signed_by, head.sealed_to):
        raise NotAPackage("What is in this package was sealed by somebody else than signed it.")
    parts: dict[str, object] = {name: contents.model_dump(mode="json")[name] for name in contents.manifest}
    if _manifest(parts) != contents.manifest or contents.fields != len(contents.disclosure.fields):
        raise NotAPackage("The manifest of this package does not fit what is in it.")
    return contents


def receipt(
    package: str,
    digest: str,
    *,
    accepted: bool,
    because: NoReason | None,
    due_at: datetime | None,
    rota: PrivateKey,
    at: datetime,
) -> Letter:
    """The receiver's signed answer."""
    key = signing_key(rota)
    answer = Answer(
        package=package,
        digest=digest,
        accepted=accepted,
        because=because,
        due_at=due_at,
        at=at,
        signed_by=_fingerprint_of(key),
    )
    return sign(RECEIPT, answer, b"", key)


def read_receipt(text: str) -> tuple[Letter, Answer]:
    """A receipt's parts; NotAPackage for anything else."""
    letter = read(text, RECEIPT)
    answer = head_of(letter, Answer)
    if letter.box or answer.accepted != (answer.because is None):
        raise NotAPackage("This receipt says neither yes nor no.")
    return letter, answer


def _manifest(parts: dict[str, object]) -> dict[str, str]:
    return {name: hashlib.sha256(rfc8785.dumps(part)).hexdigest() for name, part in parts.items()}  # type: ignore[arg-type]


def _padded(content: bytes) -> bytes:
    """JSON may end in spaces, so that whoever reads it need not know of the padding."""
    return content + b" " * (-len(content) % BLOCK)


def _fingerprint_of(key: Ed25519PrivateKey) -> str:
    return fingerprint(key.public_key().public_bytes_raw())
