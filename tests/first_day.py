"""The first day of a line, lived once for each kind of database: its keys and its programme are there again at once.

To bring a programme in takes as long as many a story.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.db import Base, Database


@dataclass(frozen=True)
class _Day:
    """What lies in the keys' folder and in the database at its end."""

    keys: dict[str, bytes] = field(repr=False)
    rows: Any = field(repr=False)


_LIVED: Final[dict[bool, _Day]] = {}


def live(db: Database, keys: Path, really: Callable[[], None]) -> None:
    """Have the first day behind us: `really` fills this database and this folder, unless it is known with what."""
    day = _LIVED.get(db.is_sqlite)
    if day is None:
        really()
        rows = _copy_of_file(db) if db.is_sqlite else _copy_of_rows(db)
        _LIVED[db.is_sqlite] = _Day({path.name: path.read_bytes() for path in keys.iterdir()}, rows)
        return
    keys.mkdir(mode=0o700)
    for name, content in day.keys.items():
        (keys / name).touch(mode=0o600)
        (keys / name).write_bytes(content)
    _lay_file(db, day.rows) if db.is_sqlite else _lay_rows(db, day.rows)


def _copy_of_file(db: Database) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with db.engine.connect() as connection:
        connection.connection.driver_connection.backup(copy)
    return copy


def _lay_file(db: Database, copy: sqlite3.Connection) -> None:
    with sqlite3.connect(str(db.engine.url.database)) as target:
        copy.backup(target)
    target.close()


def _copy_of_rows(db: Database) -> dict[str, bytes]:
    copies: dict[str, bytes] = {}
    with db.engine.connect() as connection:
        cursor = connection.connection.driver_connection.cursor()
        for table in Base.metadata.tables:
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                if rows := b"".join(bytes(block) for block in copy):
                    copies[table] = rows
    return copies


def _lay_rows(db: Database, copies: dict[str, bytes]) -> None:
    """As a replica does: no trigger and no foreign key looks at what was looked at before."""
    with db.engine.begin() as connection:
        cursor = connection.connection.driver_connection.cursor()
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in copies.items():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the name of one of our tables
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(rows)
        cursor.execute("SELECT setval('audit_entries_id_seq', (SELECT max(id) FROM audit_entries))")
