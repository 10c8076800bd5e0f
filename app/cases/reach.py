"""Whether a person may be sought now, from everything that is known about their case; and the leave to do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.cases.bridges import Bridge, BridgeOutcome, Leg, LegFact, Role, What
from app.cases.facts import ContactAttempt
from app.cases.models import Case
from app.cases.outreach import Permit, Refused, Rules, judge
from app.cases.queries import joined_into
from app.cases.texts import PersonText
from app.programme.apply import current
from app.programme.schema import Programme


def may_seek(session: Session, case: Case, channel: str, *, at: datetime) -> Permit | Refused:
    """The rule of `outreach`, applied to a case and those that go on as part of it. `channel`: `call` or `sms`."""
    programme = current(session)
    whole = [case, *joined_into(session, case)]
    ids = [one.id for one in whole]
    wishes = [wish for one in whole for wish in one.wishes]
    since = _last_contact(session, ids)
    tries = [moment for moment in _tries(session, ids, channel) if since is None or moment > since]
    return judge(wishes, tries, channel, rules_of(programme), local=at.astimezone(programme.zone))


def rules_of(programme: Programme) -> Rules:
    """How often the programme lets a person be sought."""
    return Rules(programme.contact.attempts_per_window, programme.contact.spaced)


def _last_contact(session: Session, cases: list[str]) -> datetime | None:
    """When they last spoke with somebody here: what was tried before that is no longer held against us."""
    reached = select(ContactAttempt.at).where(ContactAttempt.case_id.in_(cases), ContactAttempt.outcome == "reached")
    return session.scalar(reached.order_by(ContactAttempt.at.desc()).limit(1))


def _tries(session: Session, cases: list[str], channel: str) -> Iterator[datetime]:
    """Every moment at which they were sought, however it went and whether or not anybody wrote it down."""
    if channel == "sms":
        yield from session.scalars(select(PersonText.at).where(PersonText.case_id.in_(cases)))
    else:
        yield from _bridged(session, cases)
    bridged = select(BridgeOutcome.attempt_id)
    by_hand = select(ContactAttempt.at).where(
        ContactAttempt.case_id.in_(cases),
        ContactAttempt.channel == channel,
        ContactAttempt.outcome != "reached",
        ContactAttempt.id.not_in(bridged),
    )
    yield from session.scalars(by_hand)


def _bridged(session: Session, cases: list[str]) -> Iterator[datetime]:
    refusal = aliased(LegFact)
    never_rang = exists().where(refusal.leg_id == Leg.id, refusal.what == What.REFUSED)
    called = select(LegFact.at).join(Leg, Leg.id == LegFact.leg_id).join(Bridge, Bridge.id == Leg.bridge_id)
    to_them = called.where(Bridge.case_id.in_(cases), Leg.role == Role.PERSON, LegFact.what == What.CALLED)
    yield from session.scalars(to_them.where(Bridge.approach_id.is_(None), ~never_rang))
