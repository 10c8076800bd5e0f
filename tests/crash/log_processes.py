"""Processes that only have to do with the log: some that append to it, and one that sequences and signs it."""

from __future__ import annotations

import itertools
import multiprocessing
import secrets
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import sequencer, years
from app.audit.log import record
from app.clock import Clock, WallClock
from app.db import Database
from app.logkeeper import LogKeeper, beat

ORIGIN: Final = "dygnet.example.org/killed"
KEY: Final = bytes(range(32))
A_FEW: Final = 7
"""Entries in a batch, so that a kill falls between and inside as many transactions as can be."""


def started(target: Any, *arguments: object) -> BaseProcess:
    """A process, forked from a server that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.log_processes"])
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


AROUND: Final = 0.4
"""Seconds that are spent around each New Year."""


class NewYears:
    """A clock that knows nothing but New Years: so many seconds around each, one year after another."""

    speed = 1.0

    def __init__(self, zero: float) -> None:
        self._zero = zero

    def now(self) -> datetime:
        """The moment; processes with the same `zero` are told the same."""
        turns, within = divmod(WallClock().now().timestamp() - self._zero, AROUND)
        return datetime(2027 + int(turns), 1, 1, tzinfo=UTC) + timedelta(seconds=within - AROUND / 2)


def append(url: str, writer: str, until: Any, clock: Clock | None = None) -> None:
    """Write entries, in transactions of one to five, until told; some transactions are taken back."""
    clock = clock or WallClock()
    db = Database(url)
    numbers = itertools.count()
    while not until.is_set():
        try:
            with db.transaction() as session:
                for number in itertools.islice(numbers, 1 + secrets.randbelow(5)):
                    record(session, at=clock.now(), by=writer, action="case.read", number=number)
                if secrets.randbelow(10) == 0:
                    raise _Regret
        except _Regret:
            continue
        time.sleep(secrets.randbelow(5) / 1000)
    db.close()


class _Regret(Exception):
    """This transaction is taken back."""


def sequence(url: str, begun: Any) -> None:
    """Sequence and sign, without a pause, until killed. `begun` is set when that was done once."""
    db, key = Database(url), Ed25519PrivateKey.from_private_bytes(KEY)
    while True:
        with db.transaction() as session:
            sequencer.sequence(session, at=WallClock().now(), limit=A_FEW)
        with db.transaction() as session:
            sequencer.checkpoint(session, key, at=WallClock().now(), origin=ORIGIN)
        begun.set()


def turn_years(url: str, begun: Any, clock: Clock) -> None:
    """The same as an engine does it, over one New Year after another."""
    db, key = Database(url), Ed25519PrivateKey.from_private_bytes(KEY)
    keeper = LogKeeper(db, clock, lambda: key, ORIGIN)
    while True:
        with db.transaction() as session:
            years.go_on(session, lambda: key, at=clock.now(), origin=ORIGIN, limit=A_FEW)
        keeper.checkpoint()
        beat(db, clock)
        begun.set()
