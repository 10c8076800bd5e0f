"""The log as a folder that needs no server: PRODUCT.md section 9, C2SP tlog-tiles.

The present tree lies in the folder itself, and each closed year's in a folder like it below `earlier/`. Written as a
stream, a bundle of 256 entries at a time. A damaged log is exported as it is: the folder is the evidence, and the
verifier says what is wrong with it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import log, trees
from app.audit.anchors_export import cosigned, write_anchors, write_witnesses
from app.audit.export_files import ONE_YEAR, folder_of, open_views, require_new, write, write_how_to, write_keys
from app.audit.folder import bundle, tile_path, tiles
from app.audit.impersonal import Plain
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile
from app.audit.note import Signer
from app.audit.sealing import seal
from app.audit.sequencer import HASH, LogDamaged
from app.audit.tree import TILE_WIDTH
from app.db import Database
from app.errors import BadInput

Progress = Callable[[int, int], None]
"""Called with the leaves written and the leaves in all."""


@dataclass(frozen=True)
class Exported:
    """What was written: the folder, the leaves in it, the key to hand over by another road, and any damage seen."""

    folder: Path
    size: int
    vkey: str
    damage: str | None


def export(
    db: Database,
    folder: Path,
    *,
    key: Ed25519PrivateKey,
    origin: str,
    at: datetime,
    by: str,
    because: str = "",
    former_vkeys: Sequence[str] = (),
    tsa_certificate: Path | None = None,
    progress: Progress | None = None,
    year: int | None = None,
) -> Exported:
    """Sequence everything, sign a checkpoint and write the folder, which must be new or empty; with `year` only the
    tree of that one. BadInput when there is none.

    The export is itself an entry, the last that is surely in it. Keys that handed over to `key` are named beside it; so
    are `former_vkeys`, which signed kept checkpoints and never said that they handed over. `origin` is the line's name.
    """
    require_new(folder)
    if year is not None:
        with db.reading() as session:
            require_year(session, year, at=at)
    asked: dict[str, Plain] = {} if year is None else {"of_year": year}
    with db.transaction() as session:
        log.write(session, at=at, by=by, action="log.exported", because=because, facts=asked)
    damage = seal(db, key, origin=origin, at=at)
    vkey = str(Signer(origin, key).verifier_key)
    with db.reading() as session:
        found, head = trees.signed(session)
        if head is None:
            raise LogDamaged(damage or "the log has no checkpoint")
        chosen = [tree for tree in found if year in (None, tree.year)]
        if not chosen:
            raise BadInput(f"the log has not begun the tree of {year} yet")
        size = sum(head.size if tree.size is None else tree.size for tree in chosen)
        done = 0
        for tree in chosen:
            place = folder_of(folder, tree) if year is None else folder
            counted = partial(_counted, progress, done, size) if progress else None
            done += _write_tree(session, place, tree, head, counted)
            write_keys(session, place, [vkey], tree, former_vkeys)
            if tsa_certificate and any((place / "checkpoints").glob("*.tsr")):
                shutil.copyfile(tsa_certificate, place / "tsa.pem")
            write_how_to(place)
    if year is not None:
        write(folder / ONE_YEAR, json.dumps({"year": year}) + "\n")
    return Exported(folder, size, vkey, damage)


def require_year(session: Session, year: int, *, at: datetime) -> None:
    """BadInput unless the log has a tree of this year, or gets one now."""
    known = {tree.year for tree in trees.every(session)} | {trees.year_of(at)}
    if year not in known:
        raise BadInput(f"the log has no tree of {year}: there are {', '.join(map(str, sorted(filter(None, known))))}")


def _counted(progress: Progress, before: int, size: int, done: int, _: int) -> None:
    progress(before + done, size)


def _write_tree(
    session: Session, folder: Path, tree: trees.Tree, head: AuditCheckpoint, progress: Progress | None
) -> int:
    """One tree with all that was signed about it; how many leaves it has."""
    last = head if tree.final_id is None else session.get_one(AuditCheckpoint, tree.final_id)
    write(folder / "checkpoint", cosigned(session, last))
    _write_checkpoints(session, folder, tree.number, last.id)
    write_witnesses(session, folder, tree.number)
    _write_tiles(session, folder, tree.number, last.size)
    _write_entries(session, folder, tree.first, last.size, progress)
    return last.size


def _write_checkpoints(session: Session, folder: Path, tree: int, last_id: int) -> None:
    kept = select(AuditCheckpoint).where(AuditCheckpoint.tree == tree, AuditCheckpoint.id <= last_id)
    for checkpoint in session.scalars(kept.order_by(AuditCheckpoint.id).execution_options(yield_per=TILE_WIDTH)):
        for path in _names(folder / "checkpoints", checkpoint.size):
            if not path.exists():
                write(path, checkpoint.note)
            if path.read_text("utf-8") == checkpoint.note:
                write_anchors(session, folder, checkpoint, path.stem)
                break


def _names(folder: Path, size: int) -> Iterator[Path]:
    """`300.note`, and `300-2.note` and onwards for other notes over the same size, as after a new key."""
    yield folder / f"{size}.note"
    again = 2
    while True:
        yield folder / f"{size}-{again}.note"
        again += 1


def _write_tiles(session: Session, folder: Path, tree: int, size: int) -> None:
    """The stored tiles as they were at `size`; one that is gone is left out, for the verifier to miss."""
    hashes = select(AuditTile.hashes).where(AuditTile.tree == tree)
    for level, number, width in tiles(size):
        stored = session.scalar(hashes.where(AuditTile.level == level, AuditTile.idx == number))
        if stored is not None:
            write(folder / tile_path(level, number, width), stored[: width * HASH])


def _write_entries(session: Session, folder: Path, first: int, size: int, progress: Progress | None) -> None:
    leaves = (
        select(AuditLeaf.leaf_index, AuditLeaf.leaf_hash, AuditEntry.body)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.leaf_index >= first, AuditLeaf.leaf_index < first + size)
        .order_by(AuditLeaf.leaf_index)
        .execution_options(yield_per=TILE_WIDTH)
    )
    with open_views(folder) as views:
        for number, rows in enumerate(session.execute(leaves).partitions()):
            width = min(TILE_WIDTH, size - number * TILE_WIDTH)
            write(folder / tile_path("entries", number, width), bundle(body for _, _, body in rows))
            for place, leaf_hash, body in rows:
                views.add(body, place - first, leaf_hash.hex())
            if progress:
                progress(number * TILE_WIDTH + len(rows), size)
