"""Who is rung and paged at a moment: the roster's answer, as people, with the standing chain behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.oncall import roster
from app.oncall.models import Leave, Offer, Override, Taking
from app.once import once
from app.programme.apply import current
from app.programme.fields import Tier
from app.programme.schema import Programme
from app.remembered import remembered
from app.staff.directory import colleagues, everyone
from app.staff.models import Colleague, Person

LOOKED_AHEAD: Final = timedelta(hours=1)
"""For how long it is worked out at once who is on duty."""

Someone = TypeVar("Someone", bound=Person | Colleague)


@dataclass(frozen=True)
class Duty(Generic[Someone]):
    """Who answers now. A tier may be held by several, by one, or by nobody; `chain` is there in any case.

    `away`: aliases of those who said that they are not here. None of them is in the rest, unless all in the chain are.
    """

    holders: Mapping[Tier, tuple[Someone, ...]]
    chain: tuple[Someone, ...]
    away: frozenset[str] = frozenset()

    @property
    def on_call(self) -> Someone | None:
        """The first of those on call."""
        return next(iter(self.holders[Tier.ON_CALL]), None)

    @property
    def backup(self) -> Someone | None:
        """The first of the backups."""
        return next(iter(self.holders[Tier.BACKUP]), None)

    @property
    def ring_order(self) -> tuple[Someone, ...]:
        """Everybody to try, one after another, each once: on call, backup, standing chain."""
        in_line = (*self.holders[Tier.ON_CALL], *self.holders[Tier.BACKUP], *self.chain)
        return tuple({person.id: person for person in in_line}.values())


@once
def duty(session: Session, at: datetime) -> Duty[Person]:
    """Who is on duty at the moment. People who left are nowhere in it. Misconfigured when no programme is in force."""
    return _duty(session, everyone(session), at)


def remembered_duty(session: Session, at: datetime) -> Duty[Colleague]:
    """The same without a look at the staff's rows, for when somebody waits for the answer."""
    return _roll(session).at(at)


def rota_of(session: Session, programme: Programme, *, since: datetime) -> roster.Rota:
    """The programme's rotations with every change that is not over at `since`, by people who are still here."""
    return _rota(programme, _changes(session), since=since)


def _rota(programme: Programme, changes: _Changes, *, since: datetime) -> roster.Rota:
    return roster.Rota(
        programme.zone,
        programme.rotation,
        stand_ins=tuple(stand_in for stand_in in changes.stand_ins if stand_in.ends > since),
        swaps=tuple(swap for swap in changes.swaps if swap.ends > since),
        absences=tuple(absence for absence in changes.absences if absence.ends > since),
    )


class _Roll:
    """Who is on duty as long as nobody changes anything, worked out anew only when a turn may have changed hands."""

    def __init__(self, programme: Programme, changes: _Changes, staff: Sequence[Colleague]) -> None:
        self._programme, self._changes, self._staff = programme, changes, staff
        self._last: tuple[datetime, datetime, Duty[Colleague]] | None = None

    def at(self, at: datetime) -> Duty[Colleague]:
        last = self._last
        if last and last[0] <= at < last[1]:
            return last[2]
        rota = _rota(self._programme, self._changes, since=at)
        on_duty = _named_by(self._programme, rota, self._staff, at)
        self._last = at, roster.unchanged_until(rota, at=at, most=LOOKED_AHEAD), on_duty
        return on_duty


@remembered
def _roll(session: Session) -> _Roll:
    return _Roll(current(session), _changes(session), colleagues(session))


def _duty(session: Session, staff: Sequence[Someone], at: datetime) -> Duty[Someone]:
    programme = current(session)
    return _named_by(programme, rota_of(session, programme, since=at), staff, at)


def _named_by(programme: Programme, rota: roster.Rota, staff: Sequence[Someone], at: datetime) -> Duty[Someone]:
    active = {person.alias: person for person in staff}
    away = roster.away(rota, at=at)
    chain = _named(active, programme.programme.standing_chain)
    return Duty(
        holders={tier: _named(active, roster.holders(rota, tier, at=at)) for tier in Tier},
        chain=tuple(person for person in chain if person.alias not in away) or chain,
        away=away,
    )


@dataclass(frozen=True)
class _Changes:
    stand_ins: tuple[roster.StandIn, ...]
    swaps: tuple[roster.Swap, ...]
    absences: tuple[roster.Absence, ...]


@remembered
def _changes(session: Session) -> _Changes:
    return _Changes(
        stand_ins=tuple(filter(_lasts, map(_stand_in, session.scalars(_overrides())))),
        swaps=tuple(filter(_lasts, map(_swap, session.scalars(_takings())))),
        absences=tuple(filter(_lasts, map(_absence, session.scalars(_leaves())))),
    )


def _overrides() -> Select[Override]:
    loaded = joinedload(Override.person), joinedload(Override.lifted)
    here = select(Override).join(Override.person).where(Person.left_at.is_(None))
    return here.options(*loaded).order_by(Override.made_at)


def _takings() -> Select[Taking]:
    loaded = joinedload(Taking.person), joinedload(Taking.offer).joinedload(Offer.person)
    here = select(Taking).join(Taking.person).where(Person.left_at.is_(None))
    return here.options(*loaded).order_by(Taking.at)


def _leaves() -> Select[Leave]:
    return select(Leave).options(joinedload(Leave.person), joinedload(Leave.back)).order_by(Leave.made_at)


def _stand_in(override: Override) -> roster.StandIn:
    starts, ends = max(override.starts, override.made_at), override.ends
    if override.lifted:
        ends = min(ends, override.lifted.at)
    return roster.StandIn(Tier(override.tier), override.person.alias, starts, ends, override.made_at)


def _swap(taking: Taking) -> roster.Swap:
    offer = taking.offer
    starts = max(offer.starts, taking.at)
    return roster.Swap(Tier(offer.tier), offer.person.alias, taking.person.alias, starts, offer.ends, taking.at)


def _absence(leave: Leave) -> roster.Absence:
    starts, ends = max(leave.starts, leave.made_at), leave.ends
    return roster.Absence(leave.person.alias, starts, min(ends, leave.back.at) if leave.back else ends)


def _lasts(change: roster.StandIn | roster.Swap | roster.Absence) -> bool:
    return change.starts < change.ends


def _named(active: Mapping[str, Someone], aliases: Iterable[str]) -> tuple[Someone, ...]:
    return tuple(active[alias] for alias in aliases if alias in active)
