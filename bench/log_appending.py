"""A text received, as the carrier's door receives it, with the log and without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from app.audit import log
from app.clock import WallClock
from app.intake.approach import Approach
from app.intake.reception import Desk, receive
from app.vault.keyring import Keyring
from bench.servers import prepare

AHEAD: Final = 480
"""Cases for which keys are made in one rest, as a door makes them whenever nobody calls: they last for 512."""


class Receiving:
    """One door's desk on one database."""

    def __init__(self, folder: Path, url: str) -> None:
        self._db = prepare(url, folder)
        self._desk = Desk.of(Keyring.load(folder / "keys", private=("index",)))
        self._write: Callable[..., None] = log.write
        self._received = 0
        self._stack = ExitStack()
        self._stack.enter_context(self._desk.ready.kept_filled())

    def one(self, *, logged: bool) -> float:
        """Seconds from the beginning of the transaction until it is committed."""
        if self._received % AHEAD == 0:
            time.sleep(2)
        self._received += 1
        approach = Approach(channel="sms", source=f"SM{self._received:032x}", language="sv", message="hej")
        log.write = self._write if logged else _nothing
        began = time.perf_counter()
        with self._db.transaction() as session:
            receive(session, self._desk, approach, at=WallClock().now())
        took = time.perf_counter() - began
        log.write = self._write
        return took

    def close(self) -> None:
        self._stack.close()
        self._db.close()


def _nothing(*_: Any, **__: Any) -> None:
    """No entry."""
