"""What somebody can change on the roster: their turns, what colleagues offer, who is away, who stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.console.doors import CASE_ROLES, SignedIn
from app.escalation import conflicts
from app.oncall import swaps
from app.oncall.changes import ON_DUTY
from app.oncall.duty import rota_of
from app.oncall.models import Leave, Offer, Override
from app.oncall.personal import turns_of
from app.oncall.roster import Stretch
from app.programme.apply import current
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role

OVERRIDERS: Final = (Role.COORDINATOR, Role.MANAGER)
"""Who may let somebody stand in, and say for somebody else that they are away."""

AHEAD: Final = timedelta(days=35)
"""Of one's own turns those that begin until then are listed, whole."""


@dataclass(frozen=True)
class Mine:
    """A turn of the reader's, and the offers they made of it."""

    turn: Stretch
    offers: Sequence[Offer]


@dataclass(frozen=True)
class Desk:
    """What the page lets this reader see and do besides looking."""

    mine: Sequence[Mine]
    offered: Sequence[Offer]
    """By colleagues, to be taken."""

    leaves: Sequence[Leave]
    overrides: Sequence[Override]
    colleagues: Sequence[Person]
    """Who can stand in, or be away."""

    conflicts: Sequence[str]
    """References of cases that are not for the reader; shown to nobody else."""


def desk_for(session: Session, who: SignedIn, *, at: datetime) -> Desk | None:
    """The desk, or None for somebody who holds no turns and changes none."""
    if not who.may(*CASE_ROLES):
        return None
    offers = swaps.open_offers(session, at=at)
    return Desk(
        mine=_mine(session, who, offers, at=at),
        offered=[offer for offer in offers if offer.person_id != who.person_id],
        leaves=_leaves(session, at=at),
        overrides=_overrides(session, at=at),
        colleagues=[person for person in everyone(session) if not ON_DUTY.isdisjoint(person.roles)],
        conflicts=conflicts.of_person(session, who.person_id),
    )


def _mine(session: Session, who: SignedIn, offers: Sequence[Offer], *, at: datetime) -> list[Mine]:
    rota = rota_of(session, current(session), since=at)
    turns = [turn for turn in turns_of(rota, who.alias, start=at, end=at + 2 * AHEAD) if turn.starts < at + AHEAD]
    own = [offer for offer in offers if offer.person_id == who.person_id]
    return [
        Mine(turn, [o for o in own if o.tier == turn.tier and o.starts < turn.ends and turn.starts < o.ends])
        for turn in sorted(turns, key=lambda turn: turn.starts)
    ]


def _leaves(session: Session, *, at: datetime) -> list[Leave]:
    ahead = select(Leave).join(Leave.person).where(Leave.ends > at, Person.left_at.is_(None)).order_by(Leave.starts)
    found = session.scalars(ahead.options(joinedload(Leave.person), joinedload(Leave.back)))
    return [leave for leave in found if leave.back is None]


def _overrides(session: Session, *, at: datetime) -> list[Override]:
    ahead = select(Override).join(Override.person).where(Override.ends > at, Person.left_at.is_(None))
    loaded = joinedload(Override.person), joinedload(Override.lifted)
    found = session.scalars(ahead.options(*loaded).order_by(Override.starts, Override.made_at))
    return [override for override in found if override.lifted is None]
