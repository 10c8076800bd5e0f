"""Before anything leaves the house: every entry has its leaf, the year is the right one, and the head is signed."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import sequencer, years
from app.audit.sequencer import LogDamaged
from app.db import Database


def seal(db: Database, key: Ed25519PrivateKey, *, origin: str, at: datetime) -> str | None:
    """Give every entry its leaf and sign the head; what stood in the way, if the stored tree is damaged."""
    try:
        with db.transaction() as session:
            sequencer.requeue_lost(session)
        while _go_on(db, key, origin=origin, at=at):
            pass
        with db.transaction() as session:
            sequencer.checkpoint(session, key, at=at, origin=origin)
    except LogDamaged as problem:
        return str(problem)
    return None


def _go_on(db: Database, key: Ed25519PrivateKey, *, origin: str, at: datetime) -> bool:
    with db.transaction() as session:
        return years.go_on(session, lambda: key, at=at, origin=origin)
