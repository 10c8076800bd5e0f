"""The first day of a line, lived once for each kind of database: its keys and its programme are there again at once.

To bring a programme in takes as long as many a story. What else many tests begin with is `begun` once, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from app.db import Base, Database

_KEYS: Final[dict[bool, dict[str, bytes]]] = {}
"""The files in the keys' folder at its end: for SQLite, and for the other."""

_ROWS: Final[dict[tuple[str, bool], Any]] = {}
"""What lies in the database after each beginning, on each of the two."""


def live(db: Database, keys: Path, really: Callable[[], None]) -> None:
    """Have the first day behind us: `really` fills this database and this folder, unless it is known with what."""
    begun(db, "the first day", really)
    files = _KEYS.setdefault(db.is_sqlite, {})
    if not files:
        files |= {path.name: path.read_bytes() for path in keys.iterdir()}
        return
    keys.mkdir(mode=0o700)
    for name, content in files.items():
        (keys / name).touch(mode=0o600)
        (keys / name).write_bytes(content)


def begun(db: Database, beginning: str, really: Callable[[], None]) -> None:
    """Fill an empty database: `really` does it, unless this beginning is known. It must do the same at every call."""
    known = beginning, db.is_sqlite
    if known in _ROWS:
        _lay_file(db, _ROWS[known]) if db.is_sqlite else _lay_rows(db, _ROWS[known])
        return
    really()
    _ROWS[known] = _copy_of_file(db) if db.is_sqlite else _copy_of_rows(db)


def _copy_of_file(db: Database) -> bytes:
    with closing(sqlite3.connect(":memory:")) as copy, db.engine.connect() as connection:
        connection.connection.driver_connection.backup(copy)
        return copy.serialize()


def _lay_file(db: Database, copy: bytes) -> None:
    db.close()  # whoever is connected would go on with pages of the file that was there
    Path(str(db.engine.url.database)).write_bytes(copy)


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
