"""The roster: who answers now, who is next, and the hours ahead that nobody stands for. Aliases only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.log import record
from app.console.doors import ROSTER_ROLES, SignedIn, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite
from app.notifications import unusable
from app.oncall import preflight, roster
from app.oncall.duty import Duty, duty, rota_of
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.credentials import Passphrase
from app.staff.directory import everyone
from app.staff.models import ChannelKind, Person
from app.staff.roles import Role
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

PEOPLE_ROLES: Final = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)


@dataclass(frozen=True)
class Turn:
    """A tier now: who holds it, until when, and who takes over."""

    tier: Tier
    holders: tuple[str, ...]
    until: datetime | None
    then: tuple[str, ...]


@dataclass(frozen=True)
class Colleague:
    """Somebody on the staff, and whether a page can reach them and they can sign in."""

    alias: str
    roles: Sequence[str]
    languages: Sequence[str]
    has_phone: bool
    has_passphrase: bool


@router.get("/roster")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*ROSTER_ROLES)]) -> Response:
    """Who is on call now and next, and what is missing in the coming week."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*ROSTER_ROLES), action="roster.read")
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        on_duty = duty(session, now)
        rota = rota_of(session, current(session), since=now)
        week = {tier: roster.stretches(rota, tier, start=now, end=now + preflight.AHEAD) for tier in Tier}
        return paper.show(
            "roster",
            turns=[_turn(rota, tier, at=now) for tier in Tier],
            chain=[person.alias for person in on_duty.chain],
            week=week,
            gaps=[stretch for tier in Tier for stretch in week[tier] if not stretch.holders],
            silent=_without_phone(session, week, on_duty),
            broken=[(mark.person.alias, mark.channel, mark.code) for mark in unusable.standing(session)],
            people=_people(session) if who.may(*PEOPLE_ROLES) else [],
        )


def _turn(rota: roster.Rota, tier: Tier, *, at: datetime) -> Turn:
    until = roster.next_change(rota, tier, at=at)
    then = roster.holders(rota, tier, at=until) if until else ()
    return Turn(tier, roster.holders(rota, tier, at=at), until, then)


def _without_phone(session: Session, week: dict[Tier, list[roster.Stretch]], on_duty: Duty[Person]) -> list[str]:
    """Who is in line this week and has given no number: a page would not reach them."""
    in_line = {alias for stretches in week.values() for stretch in stretches for alias in stretch.holders}
    in_line.update(person.alias for person in on_duty.chain)
    return [person.alias for person in everyone(session) if person.alias in in_line and not _has_phone(person)]


def _people(session: Session) -> list[Colleague]:
    enrolled = set(session.scalars(select(Passphrase.person_id)))
    return [
        Colleague(person.alias, person.roles, person.languages, _has_phone(person), person.id in enrolled)
        for person in everyone(session)
    ]


def _has_phone(person: Person) -> bool:
    return person.channel(ChannelKind.PHONE) is not None
