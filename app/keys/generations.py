"""Which keys there are, from what lies in the folder and what the database knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.keys.models import KeyGeneration, KeyRetirement
from app.vault.keyfiles import PRIVATE, KeyFile, files_in


@dataclass(frozen=True)
class Generation:
    """One key: since when it is in use, until when it was, and whether its private half lies here."""

    kind: str
    generation: int
    key_id: str
    since: datetime
    over_at: datetime | None
    has_private: bool
    is_current: bool


def generations(session: Session, folder: Path, kind: str | None = None) -> list[Generation]:
    """Every key in the folder, of one kind or of all, each from the oldest to the newest."""
    files = [file for file in files_in(folder) if kind in (None, file.kind)]
    known = {row.key_id: row.at for row in session.scalars(select(KeyGeneration))}
    over = {row.key_id: row.at for row in session.scalars(select(KeyRetirement))}
    newest = {file.kind: file.generation for file in files}
    private = {file.key_id for file in files if file.half == PRIVATE}
    return [
        Generation(
            kind=file.kind,
            generation=file.generation,
            key_id=file.key_id,
            since=known.get(file.key_id) or _written_at(file),
            over_at=over.get(file.key_id),
            has_private=file.key_id in private,
            is_current=file.generation == newest[file.kind],
        )
        for file in {file.key_id: file for file in files}.values()
    ]


def unfinished(session: Session, folder: Path, kind: str) -> list[Generation]:
    """The older generations of a kind that are not retired: what a rotation has still to work off."""
    return [each for each in generations(session, folder, kind) if not each.is_current and each.over_at is None]


def write_down(
    session: Session, keys: Sequence[Generation] | Sequence[KeyFile], *, at: datetime | None, by: str
) -> None:
    """Keep since when each key is used, where that is not known yet: the age of its file, unless a moment is given."""
    for key in keys:
        if session.get(KeyGeneration, key.key_id) is None:
            since = at or (key.since if isinstance(key, Generation) else _written_at(key))
            row = KeyGeneration(key_id=key.key_id, kind=key.kind, generation=key.generation, at=since, by=by)
            session.add(row)
            session.flush()


def _written_at(file: KeyFile) -> datetime:
    path = file.path if file.path.exists() else file.coming
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
