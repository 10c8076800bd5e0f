"""PostgreSQL's transactions, each on a connection that the last one left: the pool is asked only when there is none.

SQLAlchemy's pool takes longer to give a connection out and to take it back than a transaction takes to begin, and
somebody waits on the line. A connection whose transaction is over needs nothing undone, so it is laid aside as it is.
Where anything is wrong with one, all that lie there go back to the pool, which knows which of them are too old.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

MOST: Final = 8
"""Connections laid aside at most: a deed of a door each (`app/main.py`), and the pool has others for whoever looks."""

IsAlive = Callable[[Any], bool]
"""Whether the driver's idle connection is still good, as far as can be told without asking the server."""


class KeptConnections:
    """The transactions of one process on one PostgreSQL."""

    def __init__(self, engine: Engine, *, is_alive: IsAlive) -> None:
        """`engine` gives new connections."""
        self._engine = engine
        self._is_alive = is_alive
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, and is undone when it raises."""
        connection = self._take()
        try:
            with Session(connection, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            self._lay_aside(connection)

    def close(self) -> None:
        """Give all that are idle back to the pool."""
        while connection := self._next():
            connection.close()

    def _take(self) -> Connection:
        connection = self._next()
        if connection is None:
            return self._engine.connect()
        if self._is_alive(connection.connection.driver_connection):
            return connection
        connection.invalidate()
        self._lay_aside(connection)
        return self._engine.connect()

    def _lay_aside(self, connection: Connection) -> None:
        if connection.invalidated:
            self.close()
        if connection.invalidated or connection.in_transaction() or len(self._idle) >= MOST:
            connection.close()
        else:
            self._idle.append(connection)

    def _next(self) -> Connection | None:
        """The one that was used last, so that those which nobody needs stay idle."""
        try:
            return self._idle.pop()
        except IndexError:
            return None
