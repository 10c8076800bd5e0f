"""What goes wrong in a year: at the carrier, with our own processes, and with the telephones of those on duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.simulator.behaviours import Behaviour
from app.simulator.faults import FOREVER
from bench.year.agenda import Agenda
from bench.year.dice import Dice
from bench.year.house import House
from bench.year.programme import HANDLERS
from tests.people import LINE

AFTERMATH: Final = timedelta(hours=2)
"""For so long after a bad day a step may still be late for its sake: what was missed is found and caught up with."""


@dataclass(frozen=True)
class Outage:
    """Something did not work, of which a step, or an answer, may be late."""

    what: str
    starts: datetime
    ends: datetime

    def explains(self, since: datetime, until: datetime) -> bool:
        """Whether it falls, with its aftermath, into this time."""
        return self.starts < until and since < self.ends + AFTERMATH


class BadDays:
    """Every bad day there is, and what came of it."""

    def __init__(self, house: House, agenda: Agenda, dice: Dice) -> None:
        self._house = house
        self._agenda = agenda
        self._dice = dice
        self.outages: list[Outage] = []
        self.counted: Counter[str] = Counter()

    def expect(self, *, start: datetime, days: int) -> None:
        """About four bad days of each kind in a year, and a telephone that does not work every other day."""
        for what, begin, end, hours, a_year in self._kinds():
            for nth in range(max(1, round(a_year * days / 365))):
                dice = self._dice.of(f"{what} {nth}")
                moment = start + timedelta(hours=6 + dice.throw() * (days * 24 - 12))
                lasts = timedelta(hours=hours * dice.between(0.3, 1.5))
                self._agenda.at(moment, partial(self._begin, what, begin, end, lasts))
        for nth in range(days // 2):
            dice = self._dice.of(f"telephone {nth}")
            self._agenda.at(start + timedelta(days=dice.throw() * days), partial(self._a_telephone, dice))

    def _kinds(self) -> list[tuple[str, Callable[[], None], Callable[[], None], float, int]]:
        faults = self._house.exchange.faults
        return [
            ("the engine is down", self._house.kill_the_engine, self._an_engine_again, 3.0, 12),
            ("everything starts again", self._house.start, lambda: None, 0.01, 12),
            ("our servers cannot be reached", partial(setattr, faults, "unreachable", True), faults.clear, 1.0, 6),
            ("the carrier is down", partial(faults.refuse, FOREVER, status=503, code=20500), faults.clear, 3.0, 6),
            ("too many requests", partial(faults.refuse, FOREVER, status=429, code=20429), faults.clear, 0.5, 6),
            ("every webhook twice", partial(setattr, faults, "duplicate_webhooks", True), faults.clear, 12.0, 10),
            ("callbacks last first", partial(setattr, faults, "reorder_callbacks", True), faults.clear, 12.0, 10),
            ("callbacks are lost", faults.lose_callbacks, faults.clear, 4.0, 8),
            ("answers are lost", partial(faults.lose_answers, 4), faults.clear, 1.0, 8),
            ("texts wait in the queue", partial(setattr, faults, "message_delay", 240.0), faults.clear, 3.0, 6),
        ]

    def _begin(self, what: str, begin: Callable[[], None], end: Callable[[], None], lasts: timedelta) -> None:
        self.counted[what] += 1
        now = self._house.now
        self.outages.append(Outage(what, now, now + lasts))
        begin()
        self._agenda.at(now + lasts, end)

    def _an_engine_again(self) -> None:
        self._house.engine = self._house.an_engine()

    def _a_telephone(self, dice: Dice) -> None:
        alias = dice.one_of(tuple(HANDLERS))
        if dice.happens(0.15):
            self.counted["a telephone opts out (21610)"] += 1
            self._house.phone(alias).text(LINE, "STOP")
            self._agenda.at(
                self._house.now + timedelta(hours=dice.about(10)), partial(self._house.phone(alias).text, LINE, "START")
            )
            return
        behaviour: Behaviour = dice.one_of(("switched off", "rings out", "busy", "voicemail", "out of coverage"))
        self.counted[f"a telephone: {behaviour}"] += 1
        phone = self._house.phone(alias)
        phone.behave(behaviour)
        self._agenda.at(self._house.now + timedelta(hours=dice.about(6)), partial(phone.behave, "by hand"))
