"""Who keeps the log: gives entries their leaves, signs, and has others sign. In the engine, or in a process of its own.

With `dygnet work --only log` the key that signs the log is held by a process that neither faces the internet nor opens
a duty number, and the engine (`--only engine`) runs without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import sequencer, years
from app.audit.impersonal import Plain
from app.audit.log import record
from app.clock import Clock
from app.db import Database
from app.metronome import Metronome, safely

CHECKPOINT_EVERY: Final = 60.0
HEARTBEAT_EVERY: Final = 600.0
ANCHOR_EVERY: Final = 60.0
STREAM_EVERY: Final = 5.0


class Anchor(Protocol):
    """Somebody outside who is asked to sign; each knows by itself whether it is time again."""

    def look(self, db: Database, *, at: datetime) -> None: ...


@dataclass
class LogKeeper:
    """One sequencer. Start as many as you like; one at a time has its turn."""

    db: Database
    clock: Clock
    key: Callable[[], Ed25519PrivateKey] = field(repr=False)
    origin: str
    anchors: Sequence[Anchor] = ()
    stream: Anchor | None = None
    """Who is sent every entry as it gets its leaf."""

    def keep_time(self, metronome: Metronome, *, tick: float) -> None:
        """Hang the errands on somebody's metronome."""
        metronome.every(tick, self.sequence)
        metronome.every(CHECKPOINT_EVERY, self.checkpoint)
        for anchor in self.anchors:
            metronome.every(ANCHOR_EVERY, lambda anchor=anchor: self.ask(anchor))  # type: ignore[misc]
        if self.stream:
            metronome.every(STREAM_EVERY, self.send)

    def sequence(self) -> None:
        """Give every entry of the log its leaf, and turn the year when it is over."""
        while True:
            with self.db.transaction() as session:
                if not years.go_on(session, self.key, at=self.clock.now(), origin=self.origin):
                    return

    def checkpoint(self) -> None:
        """Sign the log as it stands, with everything in it that has been written: whoever is shown the signature may
        take an entry that is not in it for one that was written later."""
        self.sequence()
        with self.db.transaction() as session:
            sequencer.checkpoint(session, self.key(), at=self.clock.now(), origin=self.origin)

    def ask(self, anchor: Anchor) -> None:
        """Have somebody outside sign what is signed by now."""
        anchor.look(self.db, at=self.clock.now())

    def send(self) -> None:
        """Send what has got its leaf since."""
        if self.stream:
            self.stream.look(self.db, at=self.clock.now())

    def finish(self) -> None:
        """What is written so far is sequenced and signed."""
        for last in (self.sequence, self.checkpoint, self.send):
            safely(last)()


@dataclass
class LogProcess:
    """A log keeper in a process of its own, with a heartbeat that says that it lives."""

    keeper: LogKeeper
    tick: float = 1.0
    _metronome: Metronome = field(init=False, repr=False)

    def start(self) -> None:
        """Find what fell out of the queue, catch up, then keep time."""
        with self.keeper.db.transaction() as session:
            sequencer.requeue_lost(session)
        self._note("process.started")
        self._metronome = Metronome()
        self.keeper.keep_time(self._metronome, tick=self.tick)
        self._metronome.every(HEARTBEAT_EVERY, self.heartbeat)
        self._metronome.start()

    def stop(self) -> None:
        """Finish, sign, and stop."""
        self._metronome.stop()
        safely(lambda: self._note("process.stopped"))()
        self.keeper.finish()

    def heartbeat(self) -> None:
        """An entry that says that the log is kept."""
        beat(self.keeper.db, self.keeper.clock, process="log")

    def _note(self, action: str) -> None:
        with self.keeper.db.transaction() as session:
            record(session, at=self.keeper.clock.now(), by="engine", action=action, process="log")


def beat(db: Database, clock: Clock, **facts: Plain) -> None:
    """A heartbeat in the log, with the last signed head."""
    with db.transaction() as session:
        sequencer.heartbeat(session, at=clock.now(), by="engine", **facts)
