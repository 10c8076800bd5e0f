"""Entries become leaves, one sequencer at a time; the tree's head is signed.

Every step is one transaction, so a crash leaves either all of a batch or nothing of it. A later batch
may hold an earlier entry: the order of the leaves is the order of sequencing, and never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.audit import tree
from app.audit.impersonal import Plain
from app.audit.log import write
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile, AuditUnsequenced
from app.audit.note import Checkpoint, Signer
from app.db import one_at_a_time
from app.errors import DygnetError

BATCH: Final = 1000
HASH: Final = 32
TURN: Final = "audit sequencer"


class LogDamaged(DygnetError):
    """The stored tree is not what was signed. Export the log and verify it; never repair it by hand."""


def sequence(session: Session, *, at: datetime, limit: int = BATCH) -> int:
    """Give up to `limit` waiting entries their leaves, in the order of their ids; returns how many.

    At most one runs at a time; others wait here until its transaction ends.
    """
    one_at_a_time(session, TURN)
    waiting = session.execute(
        select(AuditEntry.id, AuditEntry.body)
        .join(AuditUnsequenced, AuditUnsequenced.entry_id == AuditEntry.id)
        .order_by(AuditUnsequenced.entry_id)  # and not by the entry's: SQLite would go through the whole log
        .limit(limit)
    ).all()
    if waiting:
        hashes = [tree.leaf_hash(body) for _, body in waiting]
        _append(session, [entry_id for entry_id, _ in waiting], hashes, at=at)
    return len(waiting)


def checkpoint(
    session: Session, key: Ed25519PrivateKey, *, at: datetime, origin: str, again: bool = False
) -> AuditCheckpoint:
    """Sign the tree's size and root, and keep the note. An unchanged size is signed anew only when asked (`again`).

    LogDamaged, and nothing signed, when the tree no longer contains what the last checkpoint signed.
    """
    one_at_a_time(session, TURN)
    size, last = tree_size(session), latest_checkpoint(session)
    if last:
        _require_growth(session, last, size)
        if last.size == size and not again:
            return last
    head = Checkpoint(origin, size, tree.range_root(stored_subtrees(session), 0, size))
    made = AuditCheckpoint(size=size, root=head.root, note=Signer(origin, key).sign(head.text), at=at)
    session.add(made)
    return made


def heartbeat(session: Session, *, at: datetime, by: str = "engine", **facts: Plain) -> None:
    """An entry that says the log is alive, with the last signed head: silence and truncation become visible."""
    head = latest_checkpoint(session)
    signed: dict[str, Plain] = {"head_size": head.size, "head_root": head.root.hex()} if head else {}
    write(session, at=at, by=by, action="log.heartbeat", facts=facts | signed)


def requeue_lost(session: Session) -> int:
    """Queue entries that have neither a leaf nor a place in the queue (somebody emptied it); returns how many.

    Reads the whole log: for the export, not for every round.
    """
    one_at_a_time(session, TURN)
    sequenced = select(AuditLeaf.entry_id).where(AuditLeaf.entry_id == AuditEntry.id)
    queued = select(AuditUnsequenced.entry_id).where(AuditUnsequenced.entry_id == AuditEntry.id)
    lost = session.scalars(select(AuditEntry.id).where(~sequenced.exists(), ~queued.exists())).all()
    if lost:
        session.execute(insert(AuditUnsequenced), [{"entry_id": entry_id} for entry_id in lost])
    return len(lost)


def tree_size(session: Session) -> int:
    last = session.scalar(select(func.max(AuditLeaf.leaf_index)))
    return 0 if last is None else last + 1


def latest_checkpoint(session: Session) -> AuditCheckpoint | None:
    return session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))


def stored_subtrees(session: Session) -> tree.Subtrees:
    """The stored tree, for roots and proofs."""
    return tree.subtrees_of_tiles(lambda level, number: _stored_hashes(session, level, number))


def _append(session: Session, entry_ids: Sequence[int], hashes: Sequence[bytes], *, at: datetime) -> None:
    edge = _edge(session)
    rows = [
        {"leaf_index": edge.size + place, "entry_id": entry_id, "leaf_hash": leaf, "sequenced_at": at}
        for place, (entry_id, leaf) in enumerate(zip(entry_ids, hashes, strict=True))
    ]
    session.execute(insert(AuditLeaf), rows)
    for tile in edge.extend(hashes):
        session.merge(
            AuditTile(level=tile.level, idx=tile.number, width=len(tile.hashes), hashes=b"".join(tile.hashes))
        )
    session.execute(delete(AuditUnsequenced).where(AuditUnsequenced.entry_id.in_(entry_ids)))


def _edge(session: Session) -> tree.Edge:
    size = tree_size(session)
    unfull = {tile.level: _stored_hashes(session, tile.level, tile.number) for tile, _ in tree.unfull_tiles(size)}
    try:
        return tree.Edge(size, unfull)
    except ValueError as problem:
        raise LogDamaged(f"the log's tree is damaged: {problem}") from None


def _stored_hashes(session: Session, level: int, number: int) -> list[bytes]:
    stored = session.get(AuditTile, (level, number))
    if stored is None:
        raise LogDamaged(f"the log's tree is damaged: tile {level}/{number} is gone")
    return [stored.hashes[start : start + HASH] for start in range(0, len(stored.hashes), HASH)]


def _require_growth(session: Session, last: AuditCheckpoint, size: int) -> None:
    if size < last.size:
        raise LogDamaged(f"the log holds {size} leaves, but {last.size} are signed for")
    if tree.range_root(stored_subtrees(session), 0, last.size) != last.root:
        raise LogDamaged(f"the log's first {last.size} leaves are not those that were signed")
