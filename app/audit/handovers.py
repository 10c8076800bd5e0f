"""A new key for the log: the old one says so, the new one agrees, and the log holds the digest of what they said.

A handover is a signed note under both keys. Whoever trusts one of them can go on to the other; whoever reads the log
finds the moment, and that no other handover took place.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.audit.models import AuditHandover
from app.audit.note import Signer

TITLE: Final = "dygnet log handover v1"


def hand_over(
    session: Session,
    old: Ed25519PrivateKey,
    new: Ed25519PrivateKey,
    *,
    origin: str,
    generation: int,
    at: datetime,
    by: str,
) -> None:
    """Announce, before the new key signs anything, that it will. The log keeps its name."""
    signers = [Signer(origin, old), Signer(origin, new)]
    text = "".join(f"{line}\n" for line in (TITLE, *(str(signer.verifier_key) for signer in signers)))
    note = signers[0].sign(text) + signers[1].signature_line(text)
    session.add(AuditHandover(digest=digest_of(note), generation=generation, note=note, at=at))
    record(session, at=at, by=by, action="log.handed_over", generation=generation, handover=digest_of(note))


def digest_of(note: str) -> str:
    """By which the log's entry means this handover."""
    return hashlib.sha256(note.encode()).hexdigest()


def handovers(session: Session) -> list[str]:
    """Every handover's note, the oldest first."""
    return list(session.scalars(select(AuditHandover.note).order_by(AuditHandover.generation)))


def keys_named(note: str) -> list[str]:
    """The verifier keys a handover names: the old one and the new one."""
    return note.split("\n")[1:3]
