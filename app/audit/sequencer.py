"""Entries become leaves, one sequencer at a time; the tree's head is signed.

Every step is one transaction, so a crash leaves either all of a batch or nothing of it. A later batch
may hold an earlier entry: the order of the leaves is the order of sequencing, and never changes. All of it is about the
present tree; `years.py` closes one and begins the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.audit import tree, trees
from app.audit.impersonal import Plain
from app.audit.log import write
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile, AuditTree, AuditUnsequenced
from app.audit.note import Checkpoint, Signer
from app.db import one_at_a_time
from app.errors import DygnetError

BATCH: Final = 1000
HASH: Final = 32
TURN: Final = "audit sequencer"


class LogDamaged(DygnetError):
    """The stored tree is not what was signed. Export the log and verify it; never repair it by hand."""


def sequence(session: Session, *, at: datetime, limit: int = BATCH, upto: int | None = None) -> int:
    """Give up to `limit` waiting entries their leaves, in the order of their ids; returns how many.

    With `upto` none of a later id. At most one runs at a time; others wait here until its transaction ends.
    """
    one_at_a_time(session, TURN)
    queued = select(AuditEntry.id, AuditEntry.body).join(AuditUnsequenced, AuditUnsequenced.entry_id == AuditEntry.id)
    if upto is not None:
        queued = queued.where(AuditUnsequenced.entry_id <= upto)
    # by the queue's id and not by the entry's: SQLite would go through the whole log
    waiting = session.execute(queued.order_by(AuditUnsequenced.entry_id).limit(limit)).all()
    if waiting:
        append(session, [entry_id for entry_id, _ in waiting], [body for _, body in waiting], at=at)
    return len(waiting)


def append(session: Session, entry_ids: Sequence[int], bodies: Sequence[bytes], *, at: datetime) -> None:
    """Give these entries the next leaves of the present tree. Whoever asks has its turn."""
    present = trees.present(session)
    if present is trees.BEFORE_ANY:
        _begin_the_first(session, at=at)
    edge, hashes = _edge(session, present), [tree.leaf_hash(body) for body in bodies]
    rows = [
        {"leaf_index": present.first + edge.size + place, "entry_id": entry_id, "leaf_hash": leaf, "sequenced_at": at}
        for place, (entry_id, leaf) in enumerate(zip(entry_ids, hashes, strict=True))
    ]
    session.execute(insert(AuditLeaf), rows)
    for tile in edge.extend(hashes):
        place = {"tree": present.number, "level": tile.level, "idx": tile.number}
        session.merge(AuditTile(**place, width=len(tile.hashes), hashes=b"".join(tile.hashes)))
    session.execute(delete(AuditUnsequenced).where(AuditUnsequenced.entry_id.in_(entry_ids)))


def checkpoint(
    session: Session, key: Ed25519PrivateKey, *, at: datetime, origin: str, again: bool = False
) -> AuditCheckpoint:
    """Sign the present tree's size and root, and keep the note. An unchanged size is signed anew only when asked
    (`again`). `origin` is the line's name: the tree's own follows from it.

    LogDamaged, and nothing signed, when the tree no longer contains what the last checkpoint signed.
    """
    one_at_a_time(session, TURN)
    present, last = trees.present(session), latest_checkpoint(session)
    size = trees.places(session) - present.first
    if last and last.tree == present.number:
        _require_growth(session, last, size)
        if last.size == size and not again:
            return last
    name = present.origin(origin)
    head = Checkpoint(name, size, tree.range_root(stored_subtrees(session, present.number), 0, size))
    note = Signer(name, key).sign(head.text)
    made = AuditCheckpoint(tree=present.number, size=size, root=head.root, note=note, at=at)
    session.add(made)
    return made


def heartbeat(session: Session, *, at: datetime, by: str = "engine", **facts: Plain) -> None:
    """An entry that says the log is alive, with the last signed head: silence and truncation become visible."""
    head = latest_checkpoint(session)
    signed: dict[str, Plain] = {}
    if head:
        year = session.scalar(select(AuditTree.year).where(AuditTree.number == head.tree))
        signed = {"head_year": year, "head_size": head.size, "head_root": head.root.hex()}
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
    """How many leaves the present tree has."""
    return trees.places(session) - trees.present(session).first


def latest_checkpoint(session: Session) -> AuditCheckpoint | None:
    """The last that was signed; it is over the present tree, for a tree is signed as soon as it begins."""
    return session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))


def stored_subtrees(session: Session, number: int) -> tree.Subtrees:
    """A stored tree, by its number, for roots and proofs."""
    return tree.subtrees_of_tiles(lambda level, place: _stored_hashes(session, number, level, place))


def _begin_the_first(session: Session, *, at: datetime) -> None:
    """The first tree is closed by the end of the year in which it got its last leaf: it may be older than years are."""
    last = session.scalar(select(AuditLeaf.sequenced_at).order_by(AuditLeaf.leaf_index.desc()).limit(1))
    session.add(AuditTree(number=1, year=trees.year_of(last or at), first=0, at=at))


def _edge(session: Session, present: trees.Tree) -> tree.Edge:
    size = trees.places(session) - present.first
    unfull = {
        tile.level: _stored_hashes(session, present.number, tile.level, tile.number)
        for tile, _ in tree.unfull_tiles(size)
    }
    try:
        return tree.Edge(size, unfull)
    except ValueError as problem:
        raise LogDamaged(f"the log's tree is damaged: {problem}") from None


def _stored_hashes(session: Session, number: int, level: int, place: int) -> list[bytes]:
    stored = session.get(AuditTile, (number, level, place))
    if stored is None:
        raise LogDamaged(f"the log's tree is damaged: tile {level}/{place} is gone")
    return [stored.hashes[start : start + HASH] for start in range(0, len(stored.hashes), HASH)]


def _require_growth(session: Session, last: AuditCheckpoint, size: int) -> None:
    if size < last.size:
        raise LogDamaged(f"the log holds {size} leaves, but {last.size} are signed for")
    if tree.range_root(stored_subtrees(session, last.tree), 0, last.size) != last.root:
        raise LogDamaged(f"the log's first {last.size} leaves are not those that were signed")
