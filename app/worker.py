"""The engine process: a metronome that plays the rounds, and a pulse.

APScheduler only ticks. What is due stands in rows, so a tick that comes late, twice or not at all
loses nothing; between ticks the metronome is set to the exact moment the next thing is due.
"""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

from apscheduler.schedulers.background import BackgroundScheduler
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import sequencer
from app.audit.log import record
from app.clock import Clock, wall_in
from app.db import Database
from app.equipment import courier_for, first_carrier, letters_for, lookout_for
from app.escalation import engine
from app.logs import Log
from app.lookout import Lookout
from app.notifications import faults
from app.notifications.courier import Courier
from app.settings import Settings
from app.telephony.twilio import carrier_for as carrier_for
from app.vault.keyring import Keyring

TICK = 1.0
"""Real seconds between rounds when nothing falls due in between."""

CHECKPOINT_EVERY, HEARTBEAT_EVERY, PING_EVERY, ADOPT_EVERY = 60.0, 600.0, 60.0, 60.0
LOOK_BACK_EVERY, ASK_EVERY, CLEAR_EVERY, LETTERS_EVERY = 120.0, 60.0, 60.0, 15.0
OPENED = ("duty", "audit", "index")
"""The private keys an engine needs: the duty numbers, the log's signature, and the index with which it receives what
the doors missed. It cannot open a case."""

_FOREVER_AND_ONCE = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
_log = Log("worker")


@dataclass
class Worker:
    """One engine. Start as many as you like; whoever locks a case first does its deed."""

    db: Database
    clock: Clock
    courier: Courier
    lookout: Lookout
    log_key: Ed25519PrivateKey = field(repr=False)
    origin: str
    heartbeat_url: str | None = field(default=None, repr=False)
    write_letters: Callable[[], None] | None = field(default=None, repr=False)
    tick: float = TICK
    _metronome: BackgroundScheduler = field(init=False, repr=False)
    _playing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _delivering: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def start(self) -> None:
        """Catch up at once with whatever fell due while no engine ran, then keep time."""
        self._note("engine.started")
        self._metronome = BackgroundScheduler(timezone="UTC", job_defaults=_FOREVER_AND_ONCE)
        self._every(ADOPT_EVERY, self._adopt)
        self._every(self.tick, self.play)
        self._every(self.tick, self.deliver)
        self._every(self.tick, self.sequence)
        self._every(LOOK_BACK_EVERY, self.lookout.find_missed)
        self._every(ASK_EVERY, self.lookout.ask_what_became)
        self._every(CLEAR_EVERY, self.lookout.clear_traces)
        self._every(CHECKPOINT_EVERY, self.checkpoint)
        self._every(HEARTBEAT_EVERY, self._heartbeat)
        if self.heartbeat_url:
            self._every(PING_EVERY, self._ping)
        if self.write_letters:
            self._every(LETTERS_EVERY, self.write_letters)
        self._metronome.start()

    def stop(self) -> None:
        """Finish what is being done, sign the log, and stop."""
        self._metronome.shutdown(wait=True)
        self.courier.close()
        self._note("engine.stopped")
        self.sequence()
        self.checkpoint()

    def play(self) -> None:
        """One round; then set the metronome to what is due next."""
        if not self._playing.acquire(blocking=False):
            return
        try:
            if engine.play(self.db, at=self.clock.now()).deeds:
                self._soon("deliver", self.deliver, 0.0)
            due = engine.next_at(self.db)
        finally:
            self._playing.release()
        if due:
            self._soon("play", self.play, (due - self.clock.now()).total_seconds() / self.clock.speed)

    def deliver(self) -> None:
        """Hand over what waits in the outbox."""
        if not self._delivering.acquire(blocking=False):
            return
        try:
            self.courier.deliver()
        finally:
            self._delivering.release()

    def sequence(self) -> None:
        """Give every entry of the log its leaf."""
        while True:
            with self.db.transaction() as session:
                if sequencer.sequence(session, at=self.clock.now()) < sequencer.BATCH:
                    return

    def checkpoint(self) -> None:
        """Sign the log as it stands."""
        with self.db.transaction() as session:
            sequencer.checkpoint(session, self.log_key, at=self.clock.now(), origin=self.origin)

    def _adopt(self) -> None:
        engine.adopt_orphans(self.db, at=self.clock.now())

    def _heartbeat(self) -> None:
        with self.db.transaction() as session:
            sequencer.heartbeat(session, at=self.clock.now())

    def _ping(self) -> None:
        """Tell the outside that the engine lives. When this stops coming, somebody else raises the alarm.

        An account that is refused can wake nobody by telephone: our silence is one of the other ways.
        """
        with self.db.reading() as session:
            if any(fault.concerns_everything for fault in faults.standing(session)):
                return
        with urllib.request.urlopen(self.heartbeat_url or "", timeout=10):  # noqa: S310 - the operator's own https address
            pass

    def _note(self, action: str) -> None:
        with self.db.transaction() as session:
            record(session, at=self.clock.now(), by="engine", action=action)

    def _every(self, seconds: float, do: Callable[[], None]) -> None:
        self._metronome.add_job(_safely(do), "interval", seconds=seconds, next_run_time=wall_in(0))

    def _soon(self, name: str, do: Callable[[], None], seconds: float) -> None:
        """Once more in so many real seconds, unless the next tick comes first anyway."""
        if seconds < self.tick and self._metronome.running:
            self._metronome.add_job(_safely(do), "date", run_date=wall_in(seconds), id=name, replace_existing=True)


def _safely(do: Callable[[], None]) -> Callable[[], None]:
    @wraps(do)
    def once() -> None:
        try:
            do()
        except Exception as problem:  # noqa: BLE001 - the metronome keeps ticking; the next tick tries again
            _log.error("a tick failed", problem=problem, name=do.__name__)

    return once


def worker_for(settings: Settings, db: Database, clock: Clock, *, tick: float = 1.0) -> Worker:
    """An engine for these settings. Misconfigured when a key, the carrier's account or the programme is missing."""
    keyring = Keyring.load(settings.keys_dir, private=OPENED)
    first = first_carrier(settings, db)
    return Worker(
        db=db,
        clock=clock,
        courier=courier_for(settings, db, clock, keyring, first),
        lookout=lookout_for(settings, db, clock, keyring, first.records),
        log_key=keyring.log_key,
        origin=keyring.log_name,
        heartbeat_url=settings.heartbeat_url.get_secret_value() if settings.heartbeat_url else None,
        write_letters=letters_for(settings, db, clock, keyring),
        tick=tick,
    )
