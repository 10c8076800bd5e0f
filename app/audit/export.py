"""The log as a folder that needs no server: PRODUCT.md section 9, C2SP tlog-tiles.

Written as a stream, a bundle of 256 entries at a time. A damaged log is exported as it is: the folder is
the evidence, and the verifier says what is wrong with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import sequencer
from app.audit.anchors_export import cosigned, write_anchors, write_witnesses
from app.audit.export_files import open_views, require_new, write, write_how_to, write_keys
from app.audit.folder import bundle, tile_path, tiles
from app.audit.log import record
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile
from app.audit.note import Signer
from app.audit.sealing import seal
from app.audit.sequencer import HASH, LogDamaged
from app.audit.tree import TILE_WIDTH
from app.db import Database

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
) -> Exported:
    """Sequence everything, sign a checkpoint and write the folder, which must be new or empty.

    The export is itself an entry, the last that is surely in it. Keys that handed over to `key` are named beside it; so
    are `former_vkeys`, which signed kept checkpoints and never said that they handed over.
    """
    require_new(folder)
    with db.transaction() as session:
        record(session, at=at, by=by, action="log.exported", because=because)
    damage = seal(db, key, origin=origin, at=at)
    vkey = str(Signer(origin, key).verifier_key)
    with db.reading() as session:
        head = sequencer.latest_checkpoint(session)
        if head is None:
            raise LogDamaged(damage or "the log has no checkpoint")
        size = head.size
        write_keys(session, folder, [vkey], former_vkeys)
        write(folder / "checkpoint", cosigned(session, head))
        _write_checkpoints(session, folder, head.id)
        write_witnesses(session, folder)
        _write_tiles(session, folder, size)
        _write_entries(session, folder, size, progress)
    if tsa_certificate and any((folder / "checkpoints").glob("*.tsr")):
        shutil.copyfile(tsa_certificate, folder / "tsa.pem")
    write_how_to(folder)
    return Exported(folder, size, vkey, damage)


def _write_checkpoints(session: Session, folder: Path, last_id: int) -> None:
    kept = select(AuditCheckpoint).where(AuditCheckpoint.id <= last_id).order_by(AuditCheckpoint.id)
    for checkpoint in session.scalars(kept.execution_options(yield_per=TILE_WIDTH)):
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


def _write_tiles(session: Session, folder: Path, size: int) -> None:
    """The stored tiles as they were at `size`; one that is gone is left out, for the verifier to miss."""
    for level, number, width in tiles(size):
        stored = session.scalar(select(AuditTile.hashes).where(AuditTile.level == level, AuditTile.idx == number))
        if stored is not None:
            write(folder / tile_path(level, number, width), stored[: width * HASH])


def _write_entries(session: Session, folder: Path, size: int, progress: Progress | None) -> None:
    leaves = (
        select(AuditLeaf.leaf_index, AuditLeaf.leaf_hash, AuditEntry.body)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.leaf_index < size)
        .order_by(AuditLeaf.leaf_index)
        .execution_options(yield_per=TILE_WIDTH)
    )
    with open_views(folder) as views:
        for number, rows in enumerate(session.execute(leaves).partitions()):
            width = min(TILE_WIDTH, size - number * TILE_WIDTH)
            write(folder / tile_path("entries", number, width), bundle(body for _, _, body in rows))
            for leaf_index, leaf_hash, body in rows:
                views.add(body, leaf_index, leaf_hash.hex())
            if progress:
                progress(number * TILE_WIDTH + len(rows), size)
