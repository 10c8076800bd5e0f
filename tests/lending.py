"""One PostgreSQL database, lent to test after test: to empty it takes a tenth of the time that making another does.

It is thrown away, and another is made, when a test changed more than rows or somebody is still connected afterwards.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from sqlalchemy import URL

_SHAPE: Final = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
       (SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY oid) FROM pg_trigger),
       (SELECT string_agg(relname, ' ' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
_OTHERS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_UNYIELDING: Final = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'"
_SEQUENCES: Final = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
_FILLED: Final = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
"""Tables that have room for a row, and so perhaps one: to ask how large each is takes less than to empty it."""
_SWEPT_EVERY: Final = 20
"""Tests, after which the rows that were deleted are cleared away."""


_MOMENTS: Final = 60


class Lent:
    """The database, and how to have it empty again."""

    def __init__(self, template: URL) -> None:
        self.url = template.set(database=f"lent_{uuid.uuid4().hex}")
        self._server = _dsn(template.set(database="postgres"))
        with _connected(self._server) as outside:
            outside.execute(f"CREATE DATABASE {self.url.database} TEMPLATE {template.database} STRATEGY FILE_COPY")
        self._line = psycopg.connect(_dsn(self.url), autocommit=True)
        self._shape = self._ask(_SHAPE)
        self._tables = [table for (table,) in self._ask(_TABLES)]
        self._rows = {table: rows for table in self._tables if (rows := self._read(table))}
        self._unyielding = [(table.strip('"'), name) for table, name in self._ask(_UNYIELDING)]
        self._sequences = [name for (name,) in self._ask(_SEQUENCES)]
        self._lent = 0

    def is_empty_again(self) -> bool:
        """Empty it as it was in the beginning; False when it cannot be lent any more."""
        self._lent += 1
        with suppress(psycopg.Error):
            if self._is_left_alone() and self._ask(_SHAPE) == self._shape:
                with self._line.transaction():
                    self._line.execute(self._in_words([table for (table,) in self._ask(_FILLED)]))
                    for table, rows in self._rows.items():
                        self._write(table, rows)
                if self._lent % _SWEPT_EVERY == 0:
                    self._line.execute("VACUUM")
                return True
        return False

    def end(self) -> None:
        """Throw it away, whoever is connected."""
        self._line.close()
        with _connected(self._server) as outside:
            outside.execute(f"DROP DATABASE {self.url.database} WITH (FORCE)")

    def _is_left_alone(self) -> bool:
        """Whoever has hung up needs a moment to be gone."""
        for _ in range(_MOMENTS):
            if self._ask(_OTHERS) == [(0,)]:
                return True
            time.sleep(0.005)
        return False

    def _in_words(self, filled: list[str]) -> str:
        """As a replica does, without foreign keys; and without the triggers that do not yield even to that."""
        unyielding = [(table, name) for table, name in self._unyielding if table in filled]
        return ";".join(
            [
                "SET LOCAL lock_timeout = '2s'",
                "SET LOCAL session_replication_role = replica",
                *(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in unyielding),
                *(f"DELETE FROM {table}" for table in filled),  # noqa: S608 - names out of its own catalogue
                *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in unyielding),
                *(f"ALTER SEQUENCE {name} RESTART" for name in self._sequences),
            ]
        )

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        return self._line.execute(question).fetchall()

    def _read(self, table: str) -> bytes:
        with self._line.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)

    def _write(self, table: str, rows: bytes) -> None:
        with self._line.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(rows)


class Shelf:
    """Where the database stands between two tests."""

    def __init__(self, template: URL) -> None:
        self._template = template
        self._lent: Lent | None = None

    @contextmanager
    def borrowed(self) -> Iterator[URL]:
        """An empty database with the schema in place, for whoever closes every connection of theirs afterwards."""
        lent, self._lent = self._lent or Lent(self._template), None
        try:
            yield lent.url
        finally:
            if lent.is_empty_again():
                self._lent = lent
            else:
                lent.end()

    def clear(self) -> None:
        """At the end of all tests."""
        if self._lent:
            self._lent.end()


def _connected(dsn: str) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn, autocommit=True)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
