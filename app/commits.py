"""SQLite's writers take turns, first come first served, and those who queue share a commit.

SQLite has one writer at a time, and a commit waits for the disk. So whoever has done their work while others queue
hands the turn on without committing, and waits; the last of the row commits for all. Nobody's block ends before their
work is on the disk. Whoever fails is undone alone, to a savepoint; a commit that fails has failed for everybody in it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

MOST: Final = 16
"""Deeds in one commit, so that the first never waits long, and other processes get the database in between."""


_SAVEPOINTS: Final = {"do_savepoint": "SAVEPOINT", "do_release_savepoint": "RELEASE SAVEPOINT"}


class SharedCommits:
    """The transactions of one process on one SQLite file."""

    def __init__(self, engine: Engine) -> None:
        """`engine` begins with BEGIN IMMEDIATE."""
        for deed, words in _SAVEPOINTS.items():
            setattr(engine.dialect, deed, partial(_say, words))
        self._engine = engine
        self._turn = _Turn()
        self._row: _Row | None = None
        self._connection: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is on the disk when the block ends, and is undone when it raises."""
        self._turn.take()
        try:
            row = self._row = self._row or self._new_row()
        except BaseException:
            self._turn.hand_on()
            raise
        try:
            with row.next() as session:
                yield session
        finally:
            self._leave(row)
        row.wait()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _new_row(self) -> _Row:
        """On the connection of the last one: taking another from the pool costs as much as beginning."""
        connection, self._connection = self._connection or self._engine.connect(), None
        return _Row(connection)

    def _leave(self, row: _Row) -> None:
        try:
            if row.is_gone or row.length >= MOST or not self._turn.somebody_waits:
                self._row = None
                self._connection = row.commit()
        finally:
            self._turn.hand_on()


class _Row:
    """Deeds in one transaction of the database, one after another."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._settled = threading.Event()
        self._problem: Exception | None = None
        self.length = 0
        try:
            self._transaction = connection.begin()
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def next(self) -> Iterator[Session]:
        """One deed. The first needs no savepoint: when it fails there is nothing else to keep."""
        mode: Literal["create_savepoint", "rollback_only"] = "create_savepoint" if self.length else "rollback_only"
        self.length += 1
        with (
            Session(self._connection, join_transaction_mode=mode, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @property
    def is_gone(self) -> bool:
        """Whether it is undone: by its only deed, or by SQLite itself, which does so when the disk is full."""
        direct = self._connection.connection.dbapi_connection
        return not self._transaction.is_active or direct is None or not direct.in_transaction

    def commit(self) -> Connection | None:
        """Write everything to the disk, and tell those who wait; when that fails, what the problem is.

        Returns the connection if it is as good as before.
        """
        good: Connection | None = None
        try:
            if self.is_gone:
                self._problem = OperationalError("COMMIT", None, RuntimeError("the transaction was undone"))
            else:
                self._transaction.commit()
                good = self._connection
        except Exception as problem:  # noqa: BLE001 - everybody in the row raises it
            self._problem = problem
            self._connection.invalidate()  # not back into the pool: it still holds the turn to write
        finally:
            if good is None:
                self._connection.close()
            self._settled.set()
        return good

    def wait(self) -> None:
        """Return when the row is on the disk; raise when it never will be."""
        self._settled.wait()
        if self._problem:
            raise self._problem


def _say(words: str, connection: Connection, name: str) -> None:
    """In place of SQLAlchemy's way, which compiles the words anew each time: most of what a savepoint costs."""
    connection.exec_driver_sql(f"{words} {name}")


class _Turn:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._taken = False

    @property
    def somebody_waits(self) -> bool:
        return bool(self._queue)

    def take(self) -> None:
        """Wait until it is ours."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._queue.append(gate)
        gate.acquire()

    def hand_on(self) -> None:
        """Let the next one in."""
        with self._mutex:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False
