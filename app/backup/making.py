"""A backup: one moment of the database, in two files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, inspect, select, text

from app.audit.log import record
from app.backup import files, rows
from app.backup.passing import PassingKey, opens
from app.db import Base, Database
from app.errors import BadInput, Misconfigured
from app.retention.models import Stone
from app.vault.locks import Lock

FORMAT: Final = 1
OPENERS: Final = "openers.backup"
"""The one file with what opens cases, and with the stones: always the newest."""

_NAMED: Final = "rows-%Y%m%dT%H%M%SZ.backup"


@dataclass(frozen=True)
class Made:
    """What was written."""

    path: Path
    rows: int
    openers: int


def back_up(
    db: Database, folder: Path, lock: Lock, *, at: datetime, by: str, passing: PassingKey | None = None
) -> Made:
    """Write both files. The rows first: of an interrupted backup the older openers fit every older file of rows.

    `passing`: what locks the openers, in the folder's lock's place. BadInput when they had such a key and lack it now.
    """
    insist_on_every_table(db)
    if passing is None and (folder / OPENERS).exists() and not opens(lock, folder / OPENERS):
        raise BadInput(f"{OPENERS} has a key of its own: say with --key-in where it is, or back up into another folder")
    with db.transaction() as session:
        record(session, at=at, by=by, action="backup.made")
    path = folder / at.astimezone(UTC).strftime(_NAMED)
    with _snapshot(db) as connection:
        said = header(connection, at=at)
        count = files.write(path, lock, _all(connection, said, rows.tables(apart=False)))
        with passing.renewed(folder / OPENERS) if passing else nullcontext(lock) as key:
            openers = files.write(folder / OPENERS, key, _all(connection, said, rows.tables(apart=True)))
    return Made(path, count - 1, openers - 1)


def header(connection: Connection, *, at: datetime) -> dict[str, object]:
    """What a file begins with: by which schema and when, and what had been forgotten by then."""
    pseudonyms = Base.metadata.tables["cases"]
    stones = select(pseudonyms.c.pseudonym, Stone.name, Stone.at).join(Stone, Stone.case_id == pseudonyms.c.id)
    return {
        "format": FORMAT,
        "schema": connection.scalar(text("SELECT version_num FROM alembic_version")),
        "at": at.isoformat(),
        "forgotten": [[pseudonym, name, when.isoformat()] for pseudonym, name, when in connection.execute(stones)],
    }


def insist_on_every_table(db: Database) -> None:
    """A table that this process has not heard of would be missing from the backup, and from what is forgotten."""
    with db.engine.connect() as connection:
        unknown = set(inspect(connection).get_table_names()) - Base.metadata.tables.keys() - {"alembic_version"}
    if unknown:
        raise Misconfigured(f"This version does not know these tables: {', '.join(sorted(unknown))}")


def _all(connection: Connection, said: dict[str, object], tables: Sequence[Table]) -> Iterator[bytes]:
    yield json.dumps(said).encode()
    for table in tables:
        yield from rows.lines(connection, table)


@contextmanager
def _snapshot(db: Database) -> Iterator[Connection]:
    """Nothing that is written meanwhile is seen."""
    engine = db.engine if db.is_sqlite else db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection
