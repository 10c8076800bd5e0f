"""Who is rung and paged at a moment: the roster's answer, as people, with the standing chain behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.oncall import roster
from app.oncall.models import Override
from app.programme.apply import current
from app.programme.fields import Tier
from app.programme.schema import Programme
from app.staff.directory import everyone
from app.staff.models import Person


@dataclass(frozen=True)
class Duty:
    """Who answers now. A tier may be held by several, by one, or by nobody; `chain` is there in any case."""

    holders: Mapping[Tier, tuple[Person, ...]]
    chain: tuple[Person, ...]

    @property
    def on_call(self) -> Person | None:
        """The first of those on call."""
        return next(iter(self.holders[Tier.ON_CALL]), None)

    @property
    def backup(self) -> Person | None:
        """The first of the backups."""
        return next(iter(self.holders[Tier.BACKUP]), None)

    @property
    def ring_order(self) -> tuple[Person, ...]:
        """Everybody to try, one after another, each once: on call, backup, standing chain."""
        in_line = (*self.holders[Tier.ON_CALL], *self.holders[Tier.BACKUP], *self.chain)
        return tuple({person.id: person for person in in_line}.values())


def duty(session: Session, at: datetime) -> Duty:
    """Who is on duty at the moment. People who left are nowhere in it. Misconfigured when no programme is in force."""
    programme = current(session)
    active = {person.alias: person for person in everyone(session)}
    rota = rota_of(session, programme, since=at)
    return Duty(
        holders={tier: _people(active, roster.holders(rota, tier, at=at)) for tier in Tier},
        chain=_people(active, programme.programme.standing_chain),
    )


def rota_of(session: Session, programme: Programme, *, since: datetime) -> roster.Rota:
    """The programme's rotations with every override that is not over at `since`, by people who are still here."""
    found = select(Override).join(Override.person).where(Override.ends > since, Person.left_at.is_(None))
    overrides = session.scalars(found.options(joinedload(Override.person)).order_by(Override.made_at))
    return roster.Rota(programme.zone, programme.rotation, tuple(map(_stand_in, overrides)))


def _stand_in(override: Override) -> roster.StandIn:
    return roster.StandIn(Tier(override.tier), override.person.alias, override.starts, override.ends, override.made_at)


def _people(active: Mapping[str, Person], aliases: Iterable[str]) -> tuple[Person, ...]:
    return tuple(active[alias] for alias in aliases if alias in active)
