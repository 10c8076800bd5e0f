"""The year goes by: from one moment at which anything happens to the next, and never a second at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.escalation import drills, engine, week_ahead
from bench.year.agenda import Agenda
from bench.year.bad_days import BadDays
from bench.year.callers import FORMS_NUMBER, NUMBERS, Callers
from bench.year.coordination import Coordination
from bench.year.desk import Desk
from bench.year.dice import Dice
from bench.year.handlers import Handlers
from bench.year.house import House
from bench.year.programme import programme
from bench.year.watcher import Watcher

LOOKS_EVERY: Final = timedelta(hours=6)
"""How often the watcher looks whether the promises hold, besides the end."""

_HOUR: Final = timedelta(hours=1)
_SIX_HOURS: Final = timedelta(hours=6)
_DAY: Final = timedelta(days=1)
_THE_FORMS: Final = "+46" + "".join(filter(str.isdigit, FORMS_NUMBER)).removeprefix("0")


class Life:
    """Everybody and everything, under one clock."""

    def __init__(self, house: House, *, seed: int, cases: int, start: datetime, days: int, part: str = "") -> None:
        """So many approaches of strangers in so many days. `part`: another part of the year with this seed."""
        self.house = house
        self.start = start
        self.ends = start + timedelta(days=days)
        self.agenda = Agenda()
        dice = Dice(seed, part)
        self.desk = Desk(house)
        self.callers = Callers(house, self.agenda, dice.of("callers"))
        self.handlers = Handlers(house, self.agenda, self.desk, dice.of("handlers"))
        self.bad_days = BadDays(house, self.agenda, dice.of("bad days"))
        self.coordination = Coordination(house, self.agenda, self.desk, dice.of("coordination"))
        self.watcher = Watcher(house, self.bad_days.outages)
        self._people = dice.of("people who are called")
        self._rung: dict[str, str] = {}
        house.wait_until(start)
        house.apply(programme())
        self.coordination.trust_everybody()
        self.callers.expect(cases, start=start, days=days)
        self.coordination.expect(start=start, days=days)
        self.bad_days.expect(start=start, days=days)
        for every, do in self._chores():
            self._every(every, do)

    def live(self) -> Iterator[datetime]:
        """Until the end; tells the moment after each."""
        while (moment := self._next()) < self.ends:
            self.house.pass_until(moment)
            while do := self.agenda.due(self.house.now):
                do()
            self.house.work()
            self._look_at_telephones()
            yield self.house.now

    def _next(self) -> datetime:
        moments = self.agenda.next, self.house.next_moment()
        return min((moment for moment in moments if moment), default=self.ends)

    def _look_at_telephones(self) -> None:
        self.handlers.look_at_telephones()
        if self.house.bridging_until and self.house.now < self.house.bridging_until:
            for number in (*NUMBERS, _THE_FORMS):
                self._is_called(number)

    def _is_called(self, number: str) -> None:
        leg = self.house.phone(number).ringing
        if leg and self._rung.get(number) != leg.sid:
            self._rung[number] = leg.sid
            answers = self._people.happens(0.7)
            do = self.house.phone(number).answer if answers else self.house.phone(number).decline
            self.agenda.at(self.house.now + timedelta(seconds=8), do)

    def _chores(self) -> list[tuple[timedelta, Callable[[], object]]]:
        """What the worker's metronome does besides the rounds, less often than in earnest: there are a million of its
        seconds in two weeks."""
        return [
            (_HOUR, self._with_an_engine(self._look)),
            (_SIX_HOURS, self._with_an_engine(self._look_ahead)),
            (_DAY, self._with_an_engine(self._sign)),
            (_DAY, self._with_an_engine(self._let_go)),
            (_DAY, self.house.forget),
            (LOOKS_EVERY, self.watcher.look),
        ]

    def _every(self, interval: timedelta, do: Callable[[], object]) -> None:
        def once(moment: datetime) -> None:
            do()
            self.agenda.at(moment + interval, partial(once, moment + interval))

        self.agenda.at(self.start + interval, partial(once, self.start + interval))

    def _with_an_engine(self, do: Callable[[], object]) -> Callable[[], object]:
        return lambda: do() if self.house.engine else None

    def _look(self) -> None:
        worker = self.house.engine
        if worker:
            worker.lookout.find_missed()
            worker.lookout.ask_what_became()
            if worker.canaries:
                worker.canaries.look()
            engine.adopt_orphans(self.house.db, at=self.house.now)
            worker.sequence()

    def _look_ahead(self) -> None:
        worker = self.house.engine
        if worker:
            drills.send_due(self.house.db, at=self.house.now)
            week_ahead.tell(self.house.db, at=self.house.now)

    def _let_go(self) -> None:
        """What the programme and the law want forgotten, and sessions that idled out."""
        if self.house.engine:
            self.house.engine.forget()
            self.house.engine.sweep()

    def _sign(self) -> None:
        if self.house.engine:
            self.house.engine.checkpoint()
