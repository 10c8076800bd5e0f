"""One look after another: read, judge, raise the alarm, write down what was said."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from app.audit.log import record
from app.clock import Clock
from app.errors import Misconfigured
from app.logs import Log
from app.settings import Settings
from app.watching import chain
from app.watching.chain import Chain
from app.watching.horn import Blast, Horn
from app.watching.judgement import AGAIN_AFTER, Deed, Incident, judge, noted
from app.watching.late import Late, What, gravest
from app.watching.look import Lookout
from app.watching.memory import Memory, Remembered, Told

EVERY: Final = 20.0
"""Real seconds between two looks: with the minute after which something is late, the alarm comes within eighty."""

_log = Log("watch")


@dataclass(frozen=True)
class Seen:
    """What one look found, and whether somebody knows of it."""

    late: list[Late]
    told: bool

    @property
    def status(self) -> int:
        """For cron: 0 all is well, 2 something is late and the chain was told, 3 it is late and nobody was reached."""
        return 0 if not self.late else 2 if self.told else 3

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        found = [f"{each.what} {each.count}" for each in self.late]
        return {"late": found, "told": self.told}


@dataclass
class Watcher:
    """Looks when told to, or by itself every so often. Run one on another machine than the engine's."""

    lookout: Lookout
    horn: Horn
    memory: Memory
    clock: Clock
    programme: Path
    again: timedelta = AGAIN_AFTER
    every: float = EVERY
    _chain: Chain = field(init=False)
    _over: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chain = chain.read(self.programme)

    def start(self) -> None:
        """Look from now on, until told to stop."""
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the look that is being taken, and take no other."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        """Whatever goes wrong in one look, there is a next one."""
        while True:
            try:
                self.look()
            except Exception as problem:  # noqa: BLE001 - a watcher that dies of what it sees is none
                _log.error("a look failed", problem=problem)
            if self._over.wait(self.every):
                return

    def look(self) -> Seen:
        """One look, and what follows from it."""
        at, speed, before = self.clock.now(), self.clock.speed, self.memory.kept
        incident, late = noted(before.incident, self._read(at), at=at, speed=speed)
        if late and before.incident.since is None:
            _say_what_is_late(late)
        deed = judge(incident, late, at=at, again=self.again, speed=speed)
        incident, told = self._do(deed, incident, late, at=at)
        self.memory.keep(Remembered(incident, (*before.owed, *told)))
        if incident.unread_since is None:
            self._pay_what_is_owed()
        return Seen(late, incident.told_at is not None)

    def _read(self, at: datetime) -> list[Late] | None:
        try:
            return self.lookout.late(at=at, speed=self.clock.speed)
        except Exception as problem:  # noqa: BLE001 - whatever it is, nobody can say what is due
            _log.warning("the database cannot be read", kind=type(problem).__name__)
            return None

    def _do(self, deed: Deed, incident: Incident, late: list[Late], *, at: datetime) -> tuple[Incident, list[Told]]:
        if deed is Deed.RAISE:
            return self._raise(incident, late, at=at)
        if deed is Deed.NOTHING:
            return incident, []
        _log.info("nothing is late any longer")
        blasts = self.horn.calm(self._current_chain()) if deed is Deed.END else []
        return Incident(), _told(blasts, "alarm.lifted", "over", at)

    def _raise(self, incident: Incident, late: list[Late], *, at: datetime) -> tuple[Incident, list[Told]]:
        worst = gravest(late)
        blasts = self.horn.wake(self._current_chain(), _KEYS.get(worst, "late"), minutes=_minutes(incident, late, at))
        if any(blast.is_out for blast in blasts):
            _log.error("the alarm is raised", kind=worst.value)
            incident = replace(incident, told_at=at)
        else:
            _log.error("the alarm reached nobody; the next look tries again", kind=worst.value)
        return incident, _told(blasts, "alarm.raised", worst.value, at)

    def _current_chain(self) -> Chain:
        """As the file has it now; as it was when the file cannot be used any longer."""
        try:
            self._chain = chain.read(self.programme)
        except Misconfigured as problem:
            _log.error("the programme file cannot be used; the chain stays as it was", problem=problem)
        return self._chain

    def _pay_what_is_owed(self) -> None:
        """Write into the audit log what was said meanwhile; what cannot be written now is owed on."""
        owed = self.memory.kept.owed
        if not owed:
            return
        try:
            with self.lookout.session() as session:
                for told in owed:
                    record(
                        session,
                        at=told.at,
                        by="watch",
                        action=told.action,
                        about=f"person:{told.staff}",
                        because=told.because,
                        outcome=told.outcome,
                        channel=told.channel,
                    )
        except Exception as problem:  # noqa: BLE001 - the alarm matters more than its entry
            _log.warning("what was said cannot be written into the log yet", kind=type(problem).__name__)
        else:
            self.memory.keep(replace(self.memory.kept, owed=()))


_KEYS: Final = {What.DATABASE: "database", What.ENGINE: "engine"}
"""The sentences that are about one of these; the others are told alike."""


def watcher_for(
    settings: Settings,
    clock: Clock,
    programme: Path,
    *,
    memory: Path,
    again: timedelta = AGAIN_AFTER,
    every: float = EVERY,
) -> Watcher:
    """A watcher for these settings. Misconfigured without the carrier's account, or a chain that can be rung."""
    lookout = Lookout(settings.database_url.get_secret_value())
    return Watcher(lookout, Horn(settings), Memory(memory), clock, programme, again, every)


def _minutes(incident: Incident, late: list[Late], at: datetime) -> int:
    lasting = [each.by for each in late if each.by is not None]
    longest = max(lasting, default=at - (incident.since or at))
    return max(1, int(longest.total_seconds() // 60))


def _told(blasts: Sequence[Blast], action: str, because: str, at: datetime) -> list[Told]:
    return [Told(at, action, blast.link.alias, blast.channel, because, blast.outcome) for blast in blasts]


def _say_what_is_late(late: list[Late]) -> None:
    for each in late:
        seconds = None if each.by is None else int(each.by.total_seconds())
        _log.error("something due is late", kind=each.what.value, count=each.count, lateness_s=seconds)
