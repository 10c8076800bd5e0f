"""The log as a folder that needs no server: PRODUCT.md section 9, C2SP tlog-tiles.

Written as a stream, a bundle of 256 entries at a time. A damaged log is exported as it is: the folder is
the evidence, and the verifier says what is wrong with it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import sequencer, views
from app.audit.folder import bundle, tile_path, tiles
from app.audit.handovers import handovers, keys_named
from app.audit.log import record
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile
from app.audit.note import Signer
from app.audit.sequencer import HASH, LogDamaged
from app.audit.tree import TILE_WIDTH
from app.audit.verifier.single_file import NAME, single_file
from app.db import Database
from app.errors import BadInput

Progress = Callable[[int, int], None]
"""Called with the leaves written and the leaves in all."""

_VIEWS: Final = (("events.jsonl", views.ocsf), ("events.csv", views.csv_row), ("events.cef", views.cef))
_README: Final = Path(__file__).with_name("export_readme.txt")


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
    progress: Progress | None = None,
) -> Exported:
    """Sequence everything, sign a checkpoint and write the folder, which must be new or empty.

    The export is itself an entry, the last that is surely in it. Keys that handed over to `key` are named beside it; so
    are `former_vkeys`, which signed kept checkpoints and never said that they handed over.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: export into a new folder")
    with db.transaction() as session:
        record(session, at=at, by=by, action="log.exported", because=because)
    damage = _seal(db, key, origin=origin, at=at)
    vkey = str(Signer(origin, key).verifier_key)
    with db.reading() as session:
        head = sequencer.latest_checkpoint(session)
        if head is None:
            raise LogDamaged(damage or "the log has no checkpoint")
        size = head.size
        _write_keys(session, folder, vkey, former_vkeys)
        _write(folder / "checkpoint", head.note)
        _write_checkpoints(session, folder, head.id)
        _write_tiles(session, folder, size)
        _write_entries(session, folder, size, progress)
    _write(folder / NAME, single_file())
    shutil.copyfile(_README, folder / "README.txt")
    return Exported(folder, size, vkey, damage)


def _seal(db: Database, key: Ed25519PrivateKey, *, origin: str, at: datetime) -> str | None:
    """Give every entry its leaf and sign the head; what stood in the way, if the stored tree is damaged."""
    try:
        with db.transaction() as session:
            sequencer.requeue_lost(session)
        while _sequence_one_batch(db, at=at) == sequencer.BATCH:
            pass
        with db.transaction() as session:
            sequencer.checkpoint(session, key, at=at, origin=origin)
    except LogDamaged as problem:
        return str(problem)
    return None


def _sequence_one_batch(db: Database, *, at: datetime) -> int:
    with db.transaction() as session:
        return sequencer.sequence(session, at=at)


def _write_keys(session: Session, folder: Path, vkey: str, former: Sequence[str]) -> None:
    """The key that signs now, those that did before, and what each pair of them signed."""
    notes = handovers(session)
    named = dict.fromkeys([vkey, *(line for note in reversed(notes) for line in reversed(keys_named(note))), *former])
    _write(folder / "log.vkey", "".join(f"{line}\n" for line in named))
    for number, note in enumerate(notes, start=1):
        _write(folder / "handovers" / f"{number}.note", note)


def _write_checkpoints(session: Session, folder: Path, last_id: int) -> None:
    kept = select(AuditCheckpoint).where(AuditCheckpoint.id <= last_id).order_by(AuditCheckpoint.id)
    for checkpoint in session.scalars(kept.execution_options(yield_per=TILE_WIDTH)):
        for path in _names(folder / "checkpoints", checkpoint.size):
            if not path.exists():
                _write(path, checkpoint.note)
            if path.read_text("utf-8") == checkpoint.note:
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
            _write(folder / tile_path(level, number, width), stored[: width * HASH])


def _write_entries(session: Session, folder: Path, size: int, progress: Progress | None) -> None:
    leaves = (
        select(AuditLeaf.leaf_index, AuditLeaf.leaf_hash, AuditEntry.body)
        .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
        .where(AuditLeaf.leaf_index < size)
        .order_by(AuditLeaf.leaf_index)
        .execution_options(yield_per=TILE_WIDTH)
    )
    with ExitStack() as open_files:
        files = [open_files.enter_context(_view(folder / name)) for name, _ in _VIEWS]
        for number, rows in enumerate(session.execute(leaves).partitions()):
            width = min(TILE_WIDTH, size - number * TILE_WIDTH)
            _write(folder / tile_path("entries", number, width), bundle(body for _, _, body in rows))
            for leaf_index, leaf_hash, body in rows:
                _write_rows(files, body, leaf_index, leaf_hash.hex())
            if progress:
                progress(number * TILE_WIDTH + len(rows), size)


def _view(path: Path) -> TextIO:
    """A file for a view; the CSV begins with a byte order mark and its header, which spreadsheets ask for."""
    is_csv = path.suffix == ".csv"
    file = path.open("w", encoding="utf-8-sig" if is_csv else "utf-8", newline="")
    if is_csv:
        file.write(views.CSV_HEADER)
    return file


def _write_rows(files: Sequence[TextIO], body: bytes, leaf_index: int, leaf_hash: str) -> None:
    try:
        entry = json.loads(body)
        rows = [row(entry, leaf_index, leaf_hash) for _, row in _VIEWS]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # tampered with beyond reading: the bundle shows it, and the verifier names the leaf
    for file, row in zip(files, rows, strict=True):
        file.write(row)


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
