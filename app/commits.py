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
from typing import Final, Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

MOST: Final = 16
"""Deeds in one commit, so that the first never waits long, and other processes get the database in between."""


class SharedCommits:
    """The transactions of one process on one SQLite file."""

    def __init__(self, engine: Engine) -> None:
        """`engine` begins with BEGIN IMMEDIATE."""
        self._engine = engine
        self._turn = _Turn()
        self._row: _Row | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is on the disk when the block ends, and is undone when it raises."""
        self._turn.take()
        try:
            row = self._row = self._row or _Row(self._engine.connect())
        except BaseException:
            self._turn.hand_on()
            raise
        try:
            with row.next() as session:
                yield session
        finally:
            self._leave(row)
        row.wait()

    def _leave(self, row: _Row) -> None:
        try:
            if row.is_gone or row.length >= MOST or not self._turn.somebody_waits:
                self._row = None
                row.commit()
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

    def commit(self) -> None:
        """Write everything to the disk, and tell those who wait; when that fails, what the problem is."""
        try:
            if self.is_gone:
                self._problem = OperationalError("COMMIT", None, RuntimeError("the transaction was undone"))
            else:
                self._transaction.commit()
        except Exception as problem:  # noqa: BLE001 - everybody in the row raises it
            self._problem = problem
            self._connection.invalidate()  # not back into the pool: it still holds the turn to write
        finally:
            self._connection.close()
            self._settled.set()

    def wait(self) -> None:
        """Return when the row is on the disk; raise when it never will be."""
        self._settled.wait()
        if self._problem:
            raise self._problem


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
