"""Swaps: somebody offers a turn, a colleague takes it. Until then it stays with whoever offered it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.oncall import roster
from app.oncall.changes import NotPossible, begin, check_may_be_on_duty, check_span, note, span
from app.oncall.duty import rota_of
from app.oncall.models import Offer, Taking, Withdrawal
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.models import Person


def offer(session: Session, tier: Tier, person: Person, *, starts: datetime, ends: datetime, at: datetime) -> Offer:
    """Offer colleagues a turn, or a part of one. Only what somebody holds throughout can be offered, and once."""
    begin(session)
    check_span(starts, ends, at=at)
    starts = max(starts, at)
    _check_holds(session, tier, person, starts, ends, at=at)
    mine = (one for one in open_offers(session, at=at) if one.person_id == person.id and one.tier == tier)
    if any(one.starts < ends and starts < one.ends for one in mine):
        raise NotPossible("offered")
    made = Offer(tier=tier.value, person_id=person.id, starts=starts, ends=ends, made_at=at)
    session.add(made)
    session.flush()
    note(session, "roster.offered", person, by=person, at=at, tier=tier.value, **span(starts, ends))
    return made


def take(session: Session, offered: Offer, *, by: Person, at: datetime) -> Taking:
    """A colleague takes the turn; what has passed of it stays as it was. NotPossible when somebody was faster, it was
    withdrawn or is over, it is no longer the other's to give, or the one who takes it is away then or holds the same
    tier anyway: of two who hold it one would be left."""
    begin(session)
    session.refresh(offered)
    if offered.taking and offered.taking.person_id == by.id:
        return offered.taking
    if not is_open(offered, at=at):
        raise NotPossible("gone")
    if offered.person_id == by.id:
        raise NotPossible("own")
    check_may_be_on_duty(by)
    tier, starts = Tier(offered.tier), max(offered.starts, at)
    _check_holds(session, tier, offered.person, starts, offered.ends, at=at)
    rota = rota_of(session, current(session), since=at)
    if any(one.alias == by.alias and one.starts < offered.ends and starts < one.ends for one in rota.absences):
        raise NotPossible("away")
    if any(by.alias in turn.holders for turn in roster.stretches(rota, tier, start=starts, end=offered.ends)):
        raise NotPossible("twice")
    taking = Taking(person_id=by.id, at=at)
    offered.taking = taking
    session.flush()
    note(session, "roster.swapped", offered.person, by=by, at=at, tier=offered.tier, **span(starts, offered.ends))
    return taking


def withdraw(session: Session, offered: Offer, *, by: Person, at: datetime) -> None:
    """Keep the turn after all. NotPossible when it was taken; nothing happens when it is over anyway."""
    begin(session)
    session.refresh(offered)
    if offered.taking:
        raise NotPossible("gone")
    if not is_open(offered, at=at):
        return
    offered.withdrawal = Withdrawal(at=at)
    session.flush()
    note(session, "roster.withdrawn", offered.person, by=by, at=at, tier=offered.tier)


def is_open(offered: Offer, *, at: datetime) -> bool:
    """Whether a colleague can still take it: nobody has, it was not withdrawn, and some of it lies ahead."""
    return offered.taking is None and offered.withdrawal is None and offered.ends > at and offered.person.is_active


def open_offers(session: Session, *, at: datetime) -> Sequence[Offer]:
    """What can be taken now, the next to begin first. One that its giver no longer holds is nobody's to take."""
    loaded = joinedload(Offer.person), joinedload(Offer.taking), joinedload(Offer.withdrawal)
    ahead = select(Offer).where(Offer.ends > at).options(*loaded).order_by(Offer.starts, Offer.made_at)
    rota = rota_of(session, current(session), since=at)
    return [
        one
        for one in session.scalars(ahead)
        if is_open(one, at=at)
        and roster.holds_throughout(rota, Tier(one.tier), one.person.alias, start=max(one.starts, at), end=one.ends)
    ]


def _check_holds(
    session: Session, tier: Tier, person: Person, starts: datetime, ends: datetime, *, at: datetime
) -> None:
    rota = rota_of(session, current(session), since=at)
    if not roster.holds_throughout(rota, tier, person.alias, start=starts, end=ends):
        raise NotPossible("not_theirs")
