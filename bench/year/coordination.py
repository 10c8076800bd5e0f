"""The coordinator's year: leaves, swaps, stand-ins, exclusions, reasons for breaches, new versions of the programme."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select

from app.cases.breaches import BREACH_REASONS, Breach, BreachReason
from app.cases.models import Case
from app.notifications import proven, proving
from app.oncall.models import Offer, Taking
from app.staff.directory import everyone
from bench.year.agenda import Agenda
from bench.year.desk import Desk
from bench.year.dice import Dice
from bench.year.house import House
from bench.year.programme import HANDLERS, ON_CALL, STOCKHOLM, versions

_MORNING: Final = timedelta(hours=9)


class Coordination:
    """What happens to the roster and the programme, a day at a time."""

    def __init__(self, house: House, agenda: Agenda, desk: Desk, dice: Dice) -> None:
        self._house = house
        self._agenda = agenda
        self._desk = desk
        self._dice = dice

    def expect(self, *, start: datetime, days: int) -> None:
        """The whole year's."""
        for moment, text in versions(start, days):
            self._agenda.at(moment, partial(self._apply, text))
        for nth in range(days):
            midnight = (start + timedelta(days=nth)).astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0)
            self._agenda.at(midnight.astimezone(start.tzinfo) + _MORNING, self._a_day)

    def trust_everybody(self) -> None:
        """Every telephone counts as proved; from now on the weekly test pages have to be answered."""
        with self._house.db.transaction() as session:
            for person in everyone(session):
                if person.has_telephone and not proven.of(session, person):
                    proving.vouch(session, person, "sms", at=self._house.now, by="operator")

    def _apply(self, text: str) -> None:
        self._house.apply(text)
        self.trust_everybody()

    def _a_day(self) -> None:
        self._give_reasons()
        dice = self._dice
        if dice.happens(0.15):
            away = dice.one_of(tuple(HANDLERS))
            self._desk.post(away, "roster/leaves", **self._span(dice, after=12, lasts=dice.between(12, 120)))
        if dice.happens(0.25):
            self._offer_a_turn(dice)
        if dice.happens(0.12):
            stands_in = dice.one_of(tuple(HANDLERS))
            span = self._span(dice, after=2, lasts=dice.between(4, 14))
            self._desk.post("carin", "roster/overrides", tier="on-call", alias=stands_in, because="relief", **span)
        if dice.happens(0.2):
            self._exclude_somebody(dice)

    def _offer_a_turn(self, dice: Dice) -> None:
        giver = dice.one_of(ON_CALL)
        span = self._span(dice, after=dice.between(1, 40), lasts=4)
        self._desk.post(giver, "roster/offers", tier="on-call", **span)
        with self._house.db.reading() as session:
            taken = select(Taking.offer_id).where(Taking.offer_id == Offer.id).exists()
            offer = session.scalar(select(Offer).where(~taken, Offer.ends > self._house.now).order_by(Offer.made_at))
            giver = offer.person.alias if offer else giver
        if offer and dice.happens(0.7):
            taker = dice.one_of([alias for alias in HANDLERS if alias != giver])
            self._desk.post(taker, f"roster/offers/{offer.id}/taking")

    def _exclude_somebody(self, dice: Dice) -> None:
        with self._house.db.reading() as session:
            case = session.scalar(select(Case).order_by(Case.opened_at.desc()).limit(1))
        if case:
            self._desk.post("carin", f"cases/{case.reference}/exclusions", alias=dice.one_of(tuple(HANDLERS)))

    def _give_reasons(self) -> None:
        """Every breach gets its reason the morning after, or the one after that."""
        explained = select(BreachReason.case_id).where(BreachReason.case_id == Breach.case_id).exists()
        with self._house.db.reading() as session:
            unexplained = select(Case.reference).join(Breach, Breach.case_id == Case.id).where(~explained)
            references = session.scalars(unexplained.order_by(Breach.at)).all()
        for reference in references:
            self._desk.post("carin", f"cases/{reference}/breach", breach=self._dice.one_of(BREACH_REASONS))

    def _span(self, dice: Dice, *, after: float, lasts: float) -> dict[str, str]:
        starts = (self._house.now + timedelta(hours=after + dice.throw())).astimezone(STOCKHOLM)
        ends = (starts.astimezone(self._house.now.tzinfo) + timedelta(hours=lasts)).astimezone(STOCKHOLM)
        return {"starts": f"{starts:%Y-%m-%dT%H:%M}", "ends": f"{ends:%Y-%m-%dT%H:%M}"}
