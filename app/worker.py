"""The engine process: a metronome that plays the rounds, and a pulse.

APScheduler only ticks. What is due stands in rows, so a tick that comes late, twice or not at all
loses nothing; between ticks the rounds and the courier sleep until the exact moment at which the next
thing is due, or until somebody who wrote something nudges them (`player.py`, `nudge.py`).
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import nudge, parcels
from app.audit.log import record
from app.canary import CanaryKeeper
from app.clock import Clock, wall_in
from app.control.rounds import LogControl
from app.db import Database
from app.demands import alarm as demands_late
from app.equipment import (
    canary_keeper_for,
    control_for,
    courier_for,
    first_carrier,
    keeper_for,
    letters_for,
    lookout_for,
    postmen_for,
)
from app.escalation import drills, duress_news, engine, guess_news, mailbox_news, meetings, pulse, seniors, week_ahead
from app.escalation.beside import end_those_over
from app.escalation.pulse import Round
from app.logkeeper import HEARTBEAT_EVERY, LogKeeper, beat
from app.lookout import Lookout
from app.metronome import Metronome, safely
from app.notifications import faults, outbox
from app.notifications.courier import Courier
from app.notifications.models import TELEPHONE
from app.notifications.postman import Postman
from app.player import LONGEST_SLEEP, Player
from app.retention import rounds
from app.settings import Settings
from app.staff import sessions
from app.telephony.twilio import carrier_for as carrier_for
from app.vault.keyring import Keyring

TICK = 1.0
"""Real seconds between rounds when nothing falls due in between."""

PULSE_EVERY = 0.5
"""Real seconds between two notes of the pulse, however many rounds are played."""

A_MOMENT = 0.05
"""Real seconds after which something that could not be claimed is looked for again: another engine may have had it."""

LOOK_AT_ALL_EVERY = timedelta(hours=1)
"""How often every open case is looked at, lest one has no escalation; those opened lately are every minute."""

PING_EVERY, ADOPT_EVERY, DRAW_EVERY = 60.0, 60.0, 60.0
LOOK_BACK_EVERY, ASK_EVERY, CLEAR_EVERY, LETTERS_EVERY, LOOK_AHEAD_EVERY = 120.0, 60.0, 60.0, 15.0, 60.0
CANARY_EVERY, SENIORS_EVERY, MAILBOXES_EVERY, SWEEP_EVERY, PARCELS_EVERY = 30.0, 2.0, 1.0, 60.0, 5.0
FORGET_EVERY = 60.0
LOG = "audit"
OPENED = ("duty", LOG, "index", "push")
"""The private keys an engine needs: the duty numbers, the log's signature, the index with which it receives what the
doors missed, and the signature for push services. It cannot open a case."""


@dataclass
class Worker:
    """One engine. Start as many as you like; whoever locks a case first does its deed."""

    db: Database
    clock: Clock
    courier: Courier
    lookout: Lookout
    log: LogKeeper | None
    """Who keeps the log; None where a process of its own does (`dygnet work --only log`)."""

    heartbeat_url: str | None = field(default=None, repr=False)
    write_letters: Callable[[], None] | None = field(default=None, repr=False)
    canaries: CanaryKeeper | None = None
    control: LogControl | None = None
    postmen: Sequence[Postman] = ()
    tick: float = TICK
    _metronome: Metronome = field(init=False, repr=False)
    _rounds: Player = field(init=False, repr=False)
    _post: Player = field(init=False, repr=False)
    _stop_listening: Callable[[], None] = field(init=False, repr=False)
    _unnoted: list[Round] = field(default_factory=list, repr=False)
    _noted_at: float = field(default=0.0, repr=False)
    _adopted_at: datetime | None = field(default=None, repr=False)

    def start(self) -> None:
        """Catch up at once with whatever fell due while no engine ran, then keep time."""
        self._note("engine.started")
        self._metronome = Metronome()
        self._every(ADOPT_EVERY, self._adopt)
        self._every(self.tick, self._beat)
        if self.log:
            self.log.keep_time(self._metronome, tick=self.tick)
        self._every(LOOK_BACK_EVERY, self.lookout.find_missed)
        self._every(ASK_EVERY, self.lookout.ask_what_became)
        self._every(CLEAR_EVERY, self.lookout.clear_traces)
        self._every(LOOK_AHEAD_EVERY, self.try_channels)
        self._every(LOOK_AHEAD_EVERY, self.look_ahead)
        self._every(HEARTBEAT_EVERY, self._heartbeat)
        if self.heartbeat_url:
            self._every(PING_EVERY, self._ping)
        self._every(SENIORS_EVERY, self._tell_of_seniors)
        self._every(SWEEP_EVERY, self.sweep)
        self._every(MAILBOXES_EVERY, self.look_into_mailboxes)
        self._every(FORGET_EVERY, self.forget)
        self._every(PARCELS_EVERY, self.carry_parcels)
        self._every(PARCELS_EVERY, self.look_for_late_meetings)
        if self.control:
            self._every(self.tick, self.control.look)
            self._every(DRAW_EVERY, self.control.draw)
        if self.canaries:
            self._every(CANARY_EVERY, self.canaries.look)
        if self.write_letters:
            self._every(LETTERS_EVERY, self.write_letters)
        self._rounds, self._post = Player("play", self.play), Player("deliver", self.deliver)
        self._rounds.start()
        self._post.start()
        self._stop_listening = self.db.bell.answer(self._nudge)
        self._metronome.start()

    def stop(self) -> None:
        """Finish what is being done, sign the log, and stop."""
        self._stop_listening()
        self._metronome.stop()
        self._rounds.stop()
        self._post.stop()
        self.courier.close()
        for postman in self.postmen:
            postman.close()
        safely(self._note_the_end)()
        if self.log:
            self.log.finish()

    def play(self) -> float:
        """One round; in how many real seconds the next thing is due."""
        played = engine.play_some(self.db, at=self.clock.now())
        self._unnoted.append(played)
        if time.monotonic() >= self._noted_at + PULSE_EVERY:
            pulse.beat(self.db, self._unnoted, at=played.at)
            self._unnoted, self._noted_at = [], time.monotonic()
        return self._until(played.next_at)

    def deliver(self) -> float:
        """Hand over what waits in the outbox; in how many real seconds the next of it may go."""
        given = self.courier.hand_out()
        with self.db.reading() as session:
            pause = self._until(outbox.next_to_send(session, channels=TELEPHONE))
        return pause if given else max(pause, A_MOMENT)

    def _until(self, moment: datetime | None) -> float:
        """Real seconds until a moment, or until something better than that tick comes along."""
        if moment is None:
            return LONGEST_SLEEP
        return max(0.0, (moment - self.clock.now()).total_seconds() / self.clock.speed)

    def _nudge(self, due: frozenset[str]) -> None:
        if nudge.A_STEP in due or not due:
            self._rounds.nudge()
        if not due.isdisjoint(TELEPHONE) or not due:
            self._post.nudge()
        for postman in self.postmen:
            if postman.channel in due or not due:
                postman.set_off()

    def _beat(self) -> None:
        self._rounds.beat()
        self._post.beat()
        self._send_the_postmen()

    def _send_the_postmen(self) -> None:
        for postman in self.postmen:
            postman.set_off()

    def sequence(self) -> None:
        """Give every entry of the log its leaf, if that is this process's to do."""
        if self.log:
            self.log.sequence()

    def checkpoint(self) -> None:
        """Sign the log as it stands, if that is this process's to do."""
        if self.log:
            self.log.checkpoint()

    def _adopt(self) -> None:
        """Every case at the start and once an hour, in between those opened since: that costs next to nothing."""
        at = self.clock.now()
        lately = self._adopted_at is not None and at - self._adopted_at < LOOK_AT_ALL_EVERY * self.clock.speed
        engine.adopt_orphans(self.db, at=at, opened_since=self._adopted_at if lately else None)
        self._adopted_at = self._adopted_at if lately else at

    def try_channels(self) -> None:
        """Do the channels of those who are paged still work?"""
        drills.send_due(self.db, at=self.clock.now())

    def look_ahead(self) -> None:
        """Is every hour of the week ahead stood for by people who can be reached?"""
        week_ahead.tell(self.db, at=self.clock.now())

    def _heartbeat(self) -> None:
        """The log says that the engine lives, and how many seconds ago it played its last round."""
        with self.db.reading() as session:
            round_at = pulse.last_round(session)
        age = round((self.clock.now() - round_at).total_seconds(), 1) if round_at else None
        beat(self.db, self.clock, process="engine", last_round_s=age)

    def _ping(self) -> None:
        """Tell the outside that the engine lives. When this stops coming, somebody else raises the alarm.

        An account that is refused can wake nobody by telephone: our silence is one of the other ways. So it is when
        rounds are no longer played, though the metronome ticks.
        """
        at = self.clock.now()
        with self.db.reading() as session:
            round_at = pulse.last_round(session)
            if round_at and pulse.is_silent(round_at, at=at, speed=self.clock.speed):
                return
            if any(fault.concerns_everything for fault in faults.standing(session)):
                return
        with urllib.request.urlopen(self.heartbeat_url or "", timeout=10):  # noqa: S310 - the operator's own https address
            pass

    def _tell_of_seniors(self) -> None:
        seniors.report(self.db, at=self.clock.now())

    def look_into_mailboxes(self) -> None:
        """Was a receipt for duress used, or a passphrase of a colleague's? Does somebody guess codes?"""
        mailbox_news.sound(self.db, at=self.clock.now())
        duress_news.sound(self.db, at=self.clock.now())
        guess_news.sound(self.db, at=self.clock.now())

    def look_for_late_meetings(self) -> None:
        """Has everybody come back from whom they met? And is anybody's time as a co-handler over?"""
        meetings.sound(self.db, at=self.clock.now())
        end_those_over(self.db, at=self.clock.now())

    def carry_parcels(self) -> None:
        """Is a package or a receipt on its way to another house?"""
        parcels.carry(self.db, at=self.clock.now())

    def sweep(self) -> None:
        """Sessions that idled out keep no key. They are timed by the wall, also in a demo whose clock runs fast."""
        at = self.clock.now() if self.clock.speed == 1 else wall_in(0)
        with self.db.transaction() as session:
            sessions.sweep(session, at=at)

    def forget(self) -> None:
        """Whatever two people agreed to, what the programme lets go by itself, and numbers whose time is over; and tell
        of what the law wants soon."""
        rounds.play(self.db, at=self.clock.now())
        demands_late.tell(self.db, at=self.clock.now())

    def _note(self, action: str) -> None:
        with self.db.transaction() as session:
            record(session, at=self.clock.now(), by="engine", action=action)

    def _note_the_end(self) -> None:
        self._note("engine.stopped")

    def _every(self, seconds: float, do: Callable[[], None]) -> None:
        self._metronome.every(seconds, do)


def worker_for(settings: Settings, db: Database, clock: Clock, *, tick: float = 1.0, keeps_log: bool = True) -> Worker:
    """An engine for these settings. Misconfigured when a key, the carrier's account or the programme is missing.

    It keeps the log as well, if it `keeps_log` and holds the key for it; otherwise another process has to.
    """
    wanted = OPENED if keeps_log else tuple(kind for kind in OPENED if kind != LOG)
    keyring = Keyring.load(settings.keys_dir, private=wanted)
    first = first_carrier(settings, db)
    return Worker(
        db=db,
        clock=clock,
        courier=courier_for(settings, db, clock, keyring, first),
        lookout=lookout_for(settings, db, clock, keyring, first.records),
        log=keeper_for(settings, db, clock, keyring) if keyring.holds(LOG) else None,
        heartbeat_url=settings.heartbeat_url.get_secret_value() if settings.heartbeat_url else None,
        write_letters=letters_for(settings, db, clock, keyring),
        canaries=canary_keeper_for(db, clock, keyring),
        control=control_for(db, clock, keyring),
        postmen=postmen_for(settings, db, clock, keyring),
        tick=tick,
    )
