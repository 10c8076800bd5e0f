"""Those who answer: they take what they are paged about, most of the time, and see to it, most of the time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from app.cases import queries
from app.cases.facts import Hold
from app.cases.models import Case
from app.simulator.legs import Leg
from app.staff.models import Person
from bench.year.agenda import Agenda
from bench.year.desk import Desk
from bench.year.dice import Dice
from bench.year.house import House
from bench.year.programme import STAFF, STOCKHOLM
from tests.people import LINE

NIGHT: Final = frozenset({22, 23, 0, 1, 2, 3, 4, 5, 6})
OUT_OF_SIGHT: Final = timedelta(days=3)
"""After so long a handler looks no more at what they had; the ladder has long gone on without them."""

_REFERENCE: Final = re.compile(r"\b(?:TEST)?[2-9BCDFGHJKMNPQRSTVWXZ]{4,7}\b")
_ASKED: Final = ("Svara 1", "Reply 1")
_TESTED: Final = ("Prov: ", "Test: ")


class Handlers:
    """Everybody on the staff who has a telephone."""

    def __init__(self, house: House, agenda: Agenda, desk: Desk, dice: Dice) -> None:
        self._house = house
        self._agenda = agenda
        self._desk = desk
        self._dice = {alias: dice.of(alias) for alias in STAFF}
        self._rung: dict[str, str] = {}
        self.asleep: dict[str, datetime] = {}
        """Who hears nothing until when."""

        self.pages: Counter[tuple[str, str]] = Counter()
        """Texts and calls that reached a telephone of ours, by alias and day, from eight to eight."""

        self.woken: Counter[tuple[str, str]] = Counter()
        """The same, from ten in the evening to seven."""

        self.given_away: list[str] = []

    def look_at_telephones(self) -> None:
        """Whatever has come or rings since the last look is answered in a while, or not."""
        for alias, number in STAFF.items():
            phone = self._house.exchange.phone(number)
            for text in phone.inbox:
                self._note(alias, text.body)
                self._think_about(alias, text.body)
            phone.inbox.clear()
            phone.sent.clear()
            leg = phone.ringing
            if leg and self._rung.get(alias) != leg.sid:
                self._rung[alias] = leg.sid
                self._note(alias, "")
                self._hear(alias, leg)

    def _note(self, alias: str, body: str) -> None:
        day = f"{(self._house.now - timedelta(hours=8)).astimezone(STOCKHOLM):%F}"
        self.pages[alias, day] += 1
        self.woken[alias, day] += self._is_night
        if re.search(r"70-?174 ?06|\+46", body) or "lillebror" in body or "Vändpunkten" in body:
            self.given_away.append(body)

    def is_asleep(self, alias: str) -> bool:
        """Whether they hear nothing now."""
        return self.asleep.get(alias, self._house.now) > self._house.now

    def _think_about(self, alias: str, body: str) -> None:
        dice, found = self._dice[alias], _REFERENCE.findall(body)
        is_for_them = found or body.startswith(_TESTED)  # and not help, which names nothing: they would go on for ever
        if self.is_asleep(alias) or not is_for_them or not any(words in body for words in _ASKED):
            return
        if self._falls_asleep(alias, dice):
            return
        minutes = dice.about(6 if self._is_night else 3)
        self._agenda.at(self._house.now + timedelta(minutes=minutes), partial(self._answer, alias, found))

    def _falls_asleep(self, alias: str, dice: Dice) -> bool:
        if self._is_night and dice.happens(0.04):
            self.asleep[alias] = self._house.now + timedelta(hours=dice.between(1, 6))
            return True
        return False

    @property
    def _is_night(self) -> bool:
        return self._house.now.astimezone(STOCKHOLM).hour in NIGHT

    def _answer(self, alias: str, references: Sequence[str]) -> None:
        dice, which = self._dice[alias], references[0] if references else ""
        does = dice.throw()
        if does < 0.10 and which and not which.startswith("TEST"):
            self._desk.post(alias, f"cases/{which}/hold")
        else:
            word = "2" if does < 0.13 else "?" if does < 0.14 else "jag kommer" if does < 0.145 else "1"
            with_it = which if does < 0.8 else ""
            self._house.phone(alias).text(LINE, f"{word} {with_it}".strip())
        self.see_to_it(alias, dice.about(25))

    def _hear(self, alias: str, leg: Leg) -> None:
        dice = self._dice[alias]
        if not self.is_asleep(alias) and dice.happens(0.65):
            self._agenda.at(
                self._house.now + timedelta(seconds=dice.between(3, 17)), partial(self._pick_up, alias, leg)
            )

    def _pick_up(self, alias: str, leg: Leg) -> None:
        phone, dice = self._house.phone(alias), self._dice[alias]
        if phone.ringing is not leg:
            return
        phone.answer()
        phone.press("1" if dice.happens(0.9) else dice.one_of(("2", "7", "1")))
        self._agenda.at(self._house.now + timedelta(seconds=20), partial(self._talk, alias, leg))
        self.see_to_it(alias, dice.about(30))

    def _talk(self, alias: str, leg: Leg) -> None:
        """They speak with whoever is at the other end, or hang up on a recorded voice."""
        phone, dice = self._house.phone(alias), self._dice[alias]
        if leg.over:
            return
        minutes = dice.about(9) if phone.bridged_with else 0.2
        self._agenda.at(self._house.now + timedelta(minutes=minutes), partial(self._hang_up, alias, leg))

    def _hang_up(self, alias: str, leg: Leg) -> None:
        others = list(leg.peers)
        if not leg.over:
            self._house.phone(alias).hang_up()
        for other in others:
            if other.phone and other.phone.leg is other:
                other.phone.hang_up()
        self.see_to_it(alias, 1.0)

    def see_to_it(self, alias: str, minutes: float) -> None:
        """In a while they look at what is theirs."""
        self._agenda.at(self._house.now + timedelta(minutes=minutes), partial(self._see_to_it, alias))

    def _see_to_it(self, alias: str) -> None:
        dice, mine = self._dice[alias], self._held_by(alias)
        for case in mine:
            if not self.is_asleep(alias):
                self._desk.see_to(alias, case, dice)
        if mine:
            self.see_to_it(alias, dice.about(70))

    def _held_by(self, alias: str) -> list[Case]:
        since = self._house.now - OUT_OF_SIGHT
        with self._house.db.reading() as session:
            return list(session.scalars(_HELD_BY, {"alias": alias, "since": since}))


_HELD_BY: Final = (
    select(Case)
    .join(Hold, Hold.case_id == Case.id)
    .join(Person, Person.id == Hold.person_id)
    .where(Person.alias == bindparam("alias"), Hold.released_at.is_(None), Hold.at > bindparam("since"))
    .where(~queries.closed())
    .order_by(Case.due_at, Case.reference)
    .options(joinedload(Case.first_contact), selectinload(Case.attempts), selectinload(Case.permissions))
)
"""The open cases that somebody has taken since a moment."""
