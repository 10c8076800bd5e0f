"""Everything that the roster's page shows one reader at one moment, worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from app.console.doors import SignedIn
from app.console.paper import paper_for
from app.console.roster_changes import OVERRIDERS, Desk, desk_for
from app.console.roster_forms import NOTHING, Wish
from app.console.site import Site
from app.escalation import fairness, week_ahead
from app.notifications import proven, unusable
from app.oncall import preflight, roster
from app.oncall.changes import REASONS
from app.oncall.duty import Duty, duty, rota_of
from app.oncall.order import Load
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.credentials import Passphrase
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role

PEOPLE_ROLES: Final = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)

Week = Mapping[Tier, Sequence[roster.Stretch]]


@dataclass(frozen=True)
class Turn:
    """A tier now: who holds it, until when, and who takes over."""

    tier: Tier
    holders: tuple[str, ...]
    until: datetime | None
    then: tuple[str, ...]


@dataclass(frozen=True)
class Colleague:
    """Somebody on the staff: whether a page can reach them and they can sign in, and what they have borne of late."""

    alias: str
    roles: Sequence[str]
    languages: Sequence[str]
    has_phone: bool
    has_passphrase: bool
    load: Load
    proven: Sequence[str]
    """Their proved channels."""


def page(session: Session, site: Site, who: SignedIn, *, at: datetime, wish: Wish = NOTHING) -> HTMLResponse:
    """The page. `wish` is a change that could not be made, with what is wrong: shown again to be put right."""
    paper = paper_for(session, site, who, at=at)
    on_duty = duty(session, at)
    rota = rota_of(session, current(session), since=at)
    week = {tier: roster.stretches(rota, tier, start=at, end=at + preflight.AHEAD) for tier in Tier}
    desk: Desk | None = desk_for(session, who, at=at)
    return paper.show(
        "roster",
        status=422 if wish.mistake else 200,
        turns=[_turn(rota, tier, at=at) for tier in Tier],
        chain=[person.alias for person in on_duty.chain],
        week=week,
        gaps=[stretch for tier in Tier for stretch in week[tier] if not stretch.holders],
        silent=_without_phone(session, week, on_duty),
        thin=week_ahead.thin_hours(session, at=at),
        unproved=week_ahead.unproved(session, at=at),
        broken=[(mark.person.alias, mark.channel, mark.code) for mark in unusable.standing(session)],
        people=_people(session, at=at) if who.may(*PEOPLE_ROLES) else [],
        desk=desk,
        overrides_others=who.may(*OVERRIDERS),
        wish=wish,
        reasons=REASONS,
        tiers=list(Tier),
    )


def _turn(rota: roster.Rota, tier: Tier, *, at: datetime) -> Turn:
    until = roster.next_change(rota, tier, at=at)
    then = roster.holders(rota, tier, at=until) if until else ()
    return Turn(tier, roster.holders(rota, tier, at=at), until, then)


def _without_phone(session: Session, week: Week, on_duty: Duty[Person]) -> list[str]:
    """Who is in line this week and has given no number: a page would not reach them."""
    in_line = {alias for stretches in week.values() for stretch in stretches for alias in stretch.holders}
    in_line.update(person.alias for person in on_duty.chain)
    return [person.alias for person in everyone(session) if person.alias in in_line and not person.has_telephone]


def _people(session: Session, *, at: datetime) -> list[Colleague]:
    staff = everyone(session)
    enrolled = set(session.scalars(select(Passphrase.person_id)))
    loads = fairness.loads_of(session, staff, at=at)
    return [
        Colleague(
            person.alias,
            person.roles,
            person.languages,
            person.has_telephone,
            person.id in enrolled,
            loads[person.alias],
            tuple(proven.of(session, person)),
        )
        for person in staff
    ]
