"""What a carrier's process knows while the database is away: that it is, whom to ring, and who has called since.

Who called is in memory alone, and nowhere but here until it can be written down as everything else is (`afterwards`).
If the process dies before that, the carrier's own list has the call (`missed`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from app.clock import Clock
from app.intake.away.roster import KeptRoster
from app.intake.sound import Sound
from app.logs import Log
from app.telephony.signature import Form

WAITS_FOR: Final = 2.5
"""Real seconds that a door gives the database while a caller waits. The carrier hangs up on us after four."""

STAYS_AWAY: Final = timedelta(seconds=5)
"""For so long nobody asks the database again that was found to be away, one call after that excepted."""

REMEMBERED: Final = timedelta(days=1)
AT_MOST: Final = 10_000
"""Calls remembered, and for how long at most: what is older the carrier's list brings. That somebody pressed 1 no list
brings, so of more calls than that it is remembered longest."""

_log = Log("intake")


@dataclass(frozen=True)
class Accepted:
    """Who pressed 1 for a caller, when, and how the carrier calls the leg to their telephone."""

    person_id: str
    ref: str
    at: datetime


@dataclass(frozen=True)
class Call:
    """A call as this process came to know it. Shows no number."""

    source: str
    since: datetime
    """When this process first heard of it."""

    came_at: datetime | None = None
    """When it came in; None while no webhook here has said so. Who knows that has `form` as well."""

    form: Form | None = None
    """What the carrier said of it."""

    accepted: Accepted | None = None
    parted_at: datetime | None = None
    spoke: bool = True
    over_at: datetime | None = None


@dataclass
class Meanwhile:
    """One for each carrier's process; its doors and whoever keeps its roster share it."""

    clock: Clock
    waits_for: float = WAITS_FOR
    roster: KeptRoster | None = None
    sound: Sound = field(default_factory=Sound)
    answered: int = 0
    """Calls that were answered from the kept roster since the process started."""

    _calls: dict[str, Call] = field(default_factory=dict, repr=False)
    _unwritten: set[str] = field(default_factory=set, repr=False)
    _away_until: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, roster: KeptRoster) -> None:
        """From now on this is whom to ring."""
        self.roster, self.sound = roster, roster.sound

    # whether the database is away

    @property
    def is_remembered_away(self) -> bool:
        """Whether the database was away when it was asked last."""
        return self._away_until is not None

    def is_away(self, *, at: datetime) -> bool:
        """Whether it need not be asked. Now and then the answer is no, once, so that one call finds out."""
        with self._lock:
            if self._away_until is None:
                return False
            if at < self._away_until:
                return True
            self._away_until = at + STAYS_AWAY * self.clock.speed
            return False

    def found_away(self, problem: BaseException, *, at: datetime) -> None:
        """The database could not be used just now."""
        with self._lock:
            was_there, self._away_until = self._away_until is None, at + STAYS_AWAY * self.clock.speed
        if was_there:
            _log.error("the database cannot be used; calls are answered from the kept roster", problem=problem)

    def found_back(self) -> None:
        """It could."""
        with self._lock:
            was_away, self._away_until = self._away_until is not None, None
        if was_away:
            _log.warning("the database can be used again", count=len(self._unwritten))

    # who has called

    def called(self, source: str, form: Form, *, came_at: datetime | None, at: datetime) -> Call:
        """There is a call. What is known of it already stays so."""
        with self._lock:
            known = self._calls.get(source)
            if known and (known.came_at or not came_at):
                return known
            call = known or Call(source, at)
            return self._put(replace(call, came_at=came_at, form=form) if came_at else call)

    def known(self, source: str) -> Call | None:
        """What this process knows of a call."""
        return self._calls.get(source)

    def accepted(self, source: str, by: Accepted) -> None:
        """Somebody pressed 1 for this caller. Whoever was first stays it, unless by the carrier's word they never had
        them: the telephone had rung out by then."""
        with self._lock:
            call = self._calls.get(source) or Call(source, by.at)
            if call.accepted is None or not call.spoke:
                self._put(replace(call, accepted=by, parted_at=None, spoke=True))

    def parted(self, source: str, *, spoke: bool, at: datetime) -> None:
        """Whoever had the caller has them no longer."""
        with self._lock:
            call = self._calls.get(source)
            if call and call.accepted and call.parted_at is None:
                self._put(replace(call, parted_at=at, spoke=spoke))

    def hung_up(self, source: str, *, at: datetime) -> None:
        """The caller is gone."""
        with self._lock:
            call = self._calls.get(source)
            if call and call.over_at is None:
                self._put(replace(call, over_at=at))

    def unwritten(self) -> list[Call]:
        """What has to be written down yet, the oldest first."""
        with self._lock:
            return [call for source, call in self._calls.items() if source in self._unwritten]

    def written(self, call: Call) -> None:
        """This much of it is written down. What is over is forgotten."""
        with self._lock:
            if self._calls.get(call.source) == call:
                self._unwritten.discard(call.source)
                if call.over_at is not None:
                    del self._calls[call.source]

    def forget_old(self, *, at: datetime) -> None:
        """Forget calls whose end nobody has told us of."""
        with self._lock:
            for old in [each.source for each in self._calls.values() if each.since < at - REMEMBERED]:
                self._forget(old)

    def give_up(self, call: Call) -> None:
        """It cannot be written down from here."""
        with self._lock:
            self._unwritten.discard(call.source)

    def _put(self, call: Call) -> Call:
        if call.source not in self._calls and len(self._calls) >= AT_MOST:
            in_vain = (source for source, known in self._calls.items() if known.accepted is None)
            self._forget(next(in_vain, "") or next(iter(self._calls)))
        self._calls[call.source] = call
        self._unwritten.add(call.source)
        return call

    def _forget(self, source: str) -> None:
        del self._calls[source]
        self._unwritten.discard(source)


async def _meanwhile(request: Request) -> Meanwhile:
    return cast(Meanwhile, request.app.state.meanwhile)


TheMeanwhile = Annotated[Meanwhile, Depends(_meanwhile)]
"""What this process knows while the database is away."""
