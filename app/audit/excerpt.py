"""Part of the log as a folder that proves itself: each entry comes with its way up to the signed root (RFC 6962).

That the entries are in the log is proved; that none which fits was left out is not, and the verifier says so: whoever
has the whole log can see it, and that this excerpt was made and what was asked for stands in the log.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import log, sequencer, trees
from app.audit.anchors_export import cosigned, write_anchors, write_witnesses
from app.audit.export_files import SELECTION, folder_of, open_views, require_new, write, write_how_to, write_keys
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf
from app.audit.note import base64_of
from app.audit.proofs import inclusion_proof
from app.audit.sealing import seal
from app.audit.selection import Selection
from app.audit.tree import TILE_WIDTH, Subtrees
from app.audit.trees import Tree
from app.db import Database
from app.errors import BadInput

PROOFS: Final = "proofs.jsonl"
_REMEMBERED: Final = 2**16
"""Roots of subtrees that neighbouring entries share."""


@dataclass(frozen=True)
class Excerpt:
    """What was written: the folder, how many entries, of how many leaves in all years, and any damage seen."""

    folder: Path
    count: int
    size: int
    damage: str | None = None


def excerpt(
    db: Database,
    folder: Path,
    selection: Selection,
    *,
    vkeys: list[str],
    at: datetime,
    by: str,
    role: str = "",
    because: str = "",
    key: Ed25519PrivateKey | None = None,
    origin: str = "",
    most: int | None = None,
) -> Excerpt:
    """Write the entries that fit, each with its proof. Making it is an entry first, with what was asked for.

    With the log's `key` everything written so far is sealed before; without, the latest checkpoint is the head, and
    younger entries are not in it. Those of a closed year lie in a folder of their own, with its final checkpoint.
    BadInput when more than `most` fit, or nothing is signed yet.
    """
    require_new(folder)
    with db.transaction() as session:
        log.write(session, at=at, by=by, role=role, action="log.exported", because=because, facts=selection.facts)
    damage = seal(db, key, origin=origin, at=at) if key else None
    with db.reading() as session:
        found, head = trees.signed(session)
        if head is None:
            raise BadInput("nothing of the log is signed yet: try again in a minute")
        count = size = 0
        for tree in found:
            last = head if tree.final_id is None else session.get_one(AuditCheckpoint, tree.final_id)
            place, size = folder_of(folder, tree), size + last.size
            fitting = _write_entries(session, place, selection, tree, last, most, count)
            if not fitting and tree.size is not None:
                continue  # nothing of that year fits
            count += fitting
            write(place / SELECTION, json.dumps(selection.said, ensure_ascii=False) + "\n")
            write_keys(session, place, vkeys, tree)
            _write_head(session, place, last)
            write_how_to(place)
    return Excerpt(folder, count, size, damage)


def _write_head(session: Session, folder: Path, head: AuditCheckpoint) -> None:
    """The checkpoint, and what outsiders put on it."""
    write(folder / "checkpoint", cosigned(session, head))
    write(folder / "checkpoints" / f"{head.size}.note", head.note)
    write_anchors(session, folder, head, str(head.size))
    write_witnesses(session, folder, head.tree)


def _write_entries(
    session: Session,
    folder: Path,
    selection: Selection,
    tree: Tree,
    head: AuditCheckpoint,
    most: int | None,
    before: int,
) -> int:
    """Those of a tree; how many, after `before`. Of a closed one of which nothing fits no file is left behind."""
    subtrees: Subtrees = lru_cache(_REMEMBERED)(sequencer.stored_subtrees(session, tree.number))
    count = 0
    with closing(_fitting(session, selection, tree.first, head.size)) as fitting:
        first = next(fitting, None)
        if first is None and tree.size is not None:
            return 0
        with open_views(folder) as views, (folder / PROOFS).open("w", encoding="ascii") as proofs:
            for place, leaf_hash, body in chain([first] if first else [], fitting):
                count += 1
                if most is not None and before + count > most:
                    raise BadInput(f"more than {most} entries: ask for a shorter period, or use dygnet audit export")
                leaf_index = place - tree.first
                proof = [base64_of(node) for node in inclusion_proof(subtrees, leaf_index, head.size)]
                said = {"leaf_index": leaf_index, "entry": base64_of(body), "proof": proof}
                proofs.write(json.dumps(said) + "\n")
                views.add(body, leaf_index, leaf_hash.hex())
    return count


def _fitting(session: Session, selection: Selection, first: int, size: int) -> Generator[tuple[int, bytes, bytes]]:
    """Place, hash and entry of those leaves of a tree that fit, in the log's order."""
    leaves = (
        select(AuditLeaf.leaf_index, AuditLeaf.leaf_hash, AuditEntry.body)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.leaf_index >= first, AuditLeaf.leaf_index < first + size)
        .order_by(AuditLeaf.leaf_index)
        .execution_options(yield_per=TILE_WIDTH)
    )
    with session.execute(selection.narrow(leaves, session)) as found:
        for leaf_index, leaf_hash, body in found:
            if selection.fits(body):
                yield leaf_index, leaf_hash, body
