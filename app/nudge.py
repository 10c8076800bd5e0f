"""A nudge: something was written that is due now, so the engine need not wait for its next tick.

Whoever writes such a row says so (`wanted`), and once it is committed the bell rings. An engine in the same process
hears it at once; engines elsewhere hear it over PostgreSQL's NOTIFY, and on SQLite at their next tick. It is never
relied on: a nudge that is lost costs a tick, and none is sent from within a transaction, where it would cost callers
their place in a shared commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import psycopg
from sqlalchemy.orm import Session

from app.logs import Log

CHANNEL: Final = "dygnet_nudge"
"""PostgreSQL's name for the bell. What is sent says nothing but what kind of thing there is to do."""

A_STEP: Final = "step"
"""What a case waits for. What waits in the outbox is called by its channel."""

EVERYTHING: Final = frozenset[str]()
"""What is heard when nobody knows what for: whoever hears it looks at everything."""

LISTENS_FOR: Final = 0.5
"""Seconds after which a listener looks up, to see whether it is to end."""

TRIES_AGAIN_AFTER: Final = 1.0
"""Seconds until a listener whose line broke makes a new one."""

A_BREATH: Final = 0.02
"""Seconds between two cries: a first call is told of at once, and of a hundred a second fifty times a second."""

Wake = Callable[[frozenset[str]], None]
"""Told what kinds of things are due: steps, or messages by a channel."""

Connect = Callable[..., psycopg.Connection[Any]]

_ASKED: Final = "what is due now"
_log = Log("nudge")


def wanted(session: Session, what: str = A_STEP) -> None:
    """What this transaction writes is due now."""
    session.info.setdefault(_ASKED, set()).add(what)


class Bell:
    """One for each process and database."""

    def __init__(self, connect: Connect | None = None) -> None:
        """`connect` makes a connection to PostgreSQL, over which engines elsewhere are told."""
        self._connect = connect
        self._here: list[Wake] = []
        self._crier: _Crier | None = None
        self._making = threading.Lock()

    def after(self, session: Session) -> None:
        """The session's transaction is committed: ring, if it wanted that."""
        if due := session.info.pop(_ASKED, None):
            self.ring(frozenset(due))

    def ring(self, due: frozenset[str] = EVERYTHING) -> None:
        """Wake the engines of this process; where there is none, those elsewhere. Returns at once."""
        for wake in tuple(self._here):
            wake(due)
        if not self._here and self._connect:
            self._cry_out(self._connect, due)

    def answer(self, wake: Wake) -> Callable[[], None]:
        """From now on wake this engine, also for what is written elsewhere. What is returned ends it."""
        self._here.append(wake)
        listener = _Listener(self._connect, wake) if self._connect else None

        def no_more() -> None:
            self._here.remove(wake)
            if listener:
                listener.stop()

        return no_more

    def close(self) -> None:
        """Let go of the connection over which the others are told; the next ring makes a new one."""
        with self._making:
            crier, self._crier = self._crier, None
        if crier:
            crier.stop()

    def _cry_out(self, connect: Connect, due: frozenset[str]) -> None:
        with self._making:
            self._crier = self._crier or _Crier(connect)
            self._crier.cry(due)


class _Crier:
    """Sends NOTIFY from a thread and a connection of its own; many of a kind in the same instant are one."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._asked = threading.Event()
        self._due: set[frozenset[str]] = set()
        self._over = threading.Event()
        self._line: psycopg.Connection[Any] | None = None
        self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
        self._thread.start()

    def cry(self, due: frozenset[str]) -> None:
        self._due.add(due)
        self._asked.set()

    def stop(self) -> None:
        self._over.set()
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            self._asked.wait()
            self._asked.clear()
            try:
                self._line = self._line or _quiet(self._connect)
                while self._due:
                    self._line.execute("SELECT pg_notify(%s, %s)", (CHANNEL, " ".join(self._due.pop())))
            except psycopg.Error:  # the next tick finds what this would have told
                self._line = None
            self._over.wait(A_BREATH)
        if self._line:
            self._line.close()


class _Listener:
    """Waits for NOTIFY on a connection of its own, and makes a new one when it breaks."""

    def __init__(self, connect: Connect, wake: Wake) -> None:
        self._connect = connect
        self._wake = wake
        self._is_deaf = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except psycopg.Error:
                if not self._is_deaf:
                    _log.warning("nudges cannot be heard; every tick still looks")
                self._is_deaf = True
                self._over.wait(TRIES_AGAIN_AFTER)

    def _listen(self) -> None:
        with _quiet(self._connect) as line:
            line.execute(f"LISTEN {CHANNEL}")
            self._is_deaf = False
            self._wake(EVERYTHING)  # for what was said while nobody listened
            while not self._over.is_set():
                for heard in line.notifies(timeout=LISTENS_FOR, stop_after=1):
                    self._wake(frozenset(heard.payload.split()))


def _quiet(connect: Connect) -> psycopg.Connection[Any]:
    """A connection past the pool. Its commits wait for no disk and no standby: what it says may be lost."""
    line = connect(autocommit=True)
    line.execute("SET synchronous_commit = off")
    return line
