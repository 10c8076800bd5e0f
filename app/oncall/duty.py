"""Who is rung and paged at a moment: the roster's answer, as people, with the standing chain behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.oncall import roster
from app.oncall.models import Override
from app.programme.apply import current
from app.programme.fields import Tier
from app.programme.schema import Programme
from app.remembered import remembered
from app.staff.directory import colleagues, everyone
from app.staff.models import Colleague, Person

Someone = TypeVar("Someone", bound=Person | Colleague)


@dataclass(frozen=True)
class Duty(Generic[Someone]):
    """Who answers now. A tier may be held by several, by one, or by nobody; `chain` is there in any case."""

    holders: Mapping[Tier, tuple[Someone, ...]]
    chain: tuple[Someone, ...]

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


def duty(session: Session, at: datetime) -> Duty[Person]:
    """Who is on duty at the moment. People who left are nowhere in it. Misconfigured when no programme is in force."""
    return _duty(session, everyone(session), at)


def remembered_duty(session: Session, at: datetime) -> Duty[Colleague]:
    """The same without a look at the staff's rows, for when somebody waits for the answer."""
    return _duty(session, colleagues(session), at)


def rota_of(session: Session, programme: Programme, *, since: datetime) -> roster.Rota:
    """The programme's rotations with every override that is not over at `since`, by people who are still here."""
    lasting = tuple(stand_in for stand_in in _stand_ins(session) if stand_in.ends > since)
    return roster.Rota(programme.zone, programme.rotation, lasting)


def _duty(session: Session, staff: Sequence[Someone], at: datetime) -> Duty[Someone]:
    programme = current(session)
    rota = rota_of(session, programme, since=at)
    active = {person.alias: person for person in staff}
    return Duty(
        holders={tier: _named(active, roster.holders(rota, tier, at=at)) for tier in Tier},
        chain=_named(active, programme.programme.standing_chain),
    )


@remembered
def _stand_ins(session: Session) -> tuple[roster.StandIn, ...]:
    found = select(Override).join(Override.person).where(Person.left_at.is_(None))
    return tuple(map(_stand_in, session.scalars(found.options(joinedload(Override.person)).order_by(Override.made_at))))


def _stand_in(override: Override) -> roster.StandIn:
    return roster.StandIn(Tier(override.tier), override.person.alias, override.starts, override.ends, override.made_at)


def _named(active: Mapping[str, Someone], aliases: Iterable[str]) -> tuple[Someone, ...]:
    return tuple(active[alias] for alias in aliases if alias in active)
