"""The log as a stream to a SIEM: syslog over TLS (RFC 5425), from a remembered place, each entry at least once.

Syslog knows no receipt. So a batch goes over a connection of its own, and counts as taken when the receiver has closed
it in an orderly way (close_notify, RFC 5425 section 4.4): before that it has read everything. Whatever else happens,
the batch is sent again. Nothing waits for the receiver: entries stand in the log until it has taken them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.anchoring.asking import PATIENCE
from app.audit import trees
from app.audit.models import AuditEntry, AuditLeaf
from app.audit.stream_models import AuditStreamed
from app.audit.syslog import framed, message
from app.db import Database
from app.errors import Misconfigured
from app.logs import Log

AT_ONCE: Final = 500
"""Entries over one connection."""

BATCHES: Final = 20
"""One after another in one look, for a receiver that was away."""

DEFAULT_PORT: Final = 6514
"""Syslog over TLS (RFC 5425 section 4.1)."""

_log = Log("stream")


class _Leaf(NamedTuple):
    place: int
    hashed: bytes
    body: bytes
    named: trees.Leaf


@dataclass(frozen=True)
class Streaming:
    """One receiver. `us` is the name under which it knows this machine."""

    host: str
    port: int
    trust: ssl.SSLContext = field(repr=False)
    us: str = ""
    patience: float = PATIENCE

    @property
    def receiver(self) -> str:
        """Under which name its place is remembered."""
        return f"{self.host}:{self.port}"

    def look(self, db: Database, *, at: datetime) -> None:
        """Hand over what has a leaf and was not taken yet. A receiver that is away is said, and tried again."""
        try:
            for _ in range(BATCHES):
                if self._hand_over_some(db, at=at) < AT_ONCE:
                    return
        except ssl.SSLCertVerificationError as problem:
            said = "the log's stream was not sent: the receiver's certificate is not one that SYSLOG_CA leads to"
            _log.error(said, problem=problem, kind="stream")
        except OSError as problem:
            _log.error("the log's stream was not taken; it is kept, and sent again", problem=problem, kind="stream")

    def _hand_over_some(self, db: Database, *, at: datetime) -> int:
        """The next batch; how many entries it had."""
        with db.reading() as session:
            place = self._place(session)
            leaves = _leaves(session, place.next_leaf if place else 0)
        if not leaves:
            return 0
        self._send([message(leaf.body, leaf.named, leaf.hashed.hex(), host=self.us, at=at) for leaf in leaves])
        self._move_on(db, leaves[-1].place + 1, at=at)
        return len(leaves)

    def _send(self, messages: Sequence[bytes]) -> None:
        """OSError unless the receiver has read them all."""
        with (
            socket.create_connection((self.host, self.port), timeout=self.patience) as bare,
            self.trust.wrap_socket(bare, server_hostname=self.host) as tls,
        ):
            tls.sendall(b"".join(map(framed, messages)))
            tls.unwrap().close()

    def _move_on(self, db: Database, next_leaf: int, *, at: datetime) -> None:
        """Remember the place; never an earlier one, for another engine may have sent the same meanwhile."""
        with db.transaction() as session:
            place = self._place(session)
            if place is None:
                session.add(AuditStreamed(receiver=self.receiver, next_leaf=next_leaf, at=at))
            elif place.next_leaf < next_leaf:
                place.next_leaf, place.at = next_leaf, at

    def _place(self, session: Session) -> AuditStreamed | None:
        return session.get(AuditStreamed, self.receiver)


def streaming_to(url: str, authority: Path | None, *, us: str) -> Streaming:
    """The receiver at `syslog+tls://host:port`, whose certificate leads to one in this PEM file, or to the machine's
    own. Misconfigured when the file is none."""
    try:
        trust = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError):
        raise Misconfigured(f"SYSLOG_CA: {authority} is not a file with certificates in PEM.") from None
    parts = urlsplit(url)
    return Streaming(parts.hostname or "", parts.port or DEFAULT_PORT, trust, us)


def _leaves(session: Session, first: int) -> list[_Leaf]:
    found = select(AuditLeaf.leaf_index, AuditLeaf.leaf_hash, AuditEntry.body)
    found = found.join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id).where(AuditLeaf.leaf_index >= first)
    rows = session.execute(found.order_by(AuditLeaf.leaf_index).limit(AT_ONCE)).all()
    years = trees.every(session) if rows else []
    return [_Leaf(place, hashed, body, trees.leaf_at(years, place)) for place, hashed, body in rows]
