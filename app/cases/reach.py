"""Whether a person may be sought now, from everything that is known about their case; and the leave to do it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.cases.bridges import Bridge, BridgeOutcome, Leg, LegFact, Role, What
from app.cases.calls import LONGEST_TALK
from app.cases.facts import Approach, ContactAttempt, Moment
from app.cases.models import Case
from app.cases.outreach import Permit, Refused, Rules, Why, judge
from app.cases.queries import ids_of_whole, joined_into, that_goes_on
from app.cases.texts import PersonText
from app.once import once
from app.programme.apply import current
from app.programme.schema import Programme

A_WAIT_LASTS: Final = timedelta(minutes=10)
"""Somebody who called so long ago, whose end nobody told us of and whom nobody answered, does not wait any more."""


@once
def may_seek(
    session: Session,
    case: Case,
    channel: str,
    *,
    at: datetime,
    ringing: Bridge | None = None,
    elsewhere: Sequence[datetime] = (),
) -> Permit | Refused:
    """The rule of `outreach`, applied to a case and those that go on as part of it. `channel`: `call` or `sms`.

    `ringing`: the bridge that seeks them at this moment, which does not count against itself. `elsewhere`: when they
    were sought in other cases of theirs.
    """
    if case.closure or case.join:
        return Refused(Why.OVER)
    programme = current(session)
    whole = [case, *joined_into(session, case)]
    ids = [one.id for one in whole]
    wishes = [wish for one in whole for wish in one.wishes]
    since = _last_contact(session, ids)
    sought = (*_tries(session, ids, channel, besides=ringing), *elsewhere)
    in_vain = [moment for moment in sought if since is None or moment > since]
    return judge(wishes, in_vain, channel, rules_of(programme), local=at.astimezone(programme.zone))


def tries(session: Session, cases: list[str], channel: str) -> list[datetime]:
    """When the persons of these cases were sought by this channel, contact or not."""
    return list(_tries(session, cases, channel, besides=None))


def leave_for(session: Session, bridge: Bridge, *, at: datetime) -> Permit | None:
    """The leave by which this bridge seeks the person, at this moment; None when there is none, or none any more.

    A handler may have passed the case on or left, the case may be over, and the person may be calling us just now.
    """
    case = that_goes_on(session, session.get_one(Case, bridge.case_id))
    if bridge.by_id not in case.handler_ids or not bridge.by.is_active or is_on_the_line(session, case, at=at):
        return None
    answer = may_seek(session, case, "call", at=at, ringing=bridge)
    return answer if isinstance(answer, Permit) else None


def is_on_the_line(session: Session, case: Case, *, at: datetime) -> bool:
    """Whether the person is calling us at this moment: somebody has them, or they wait for somebody."""
    cases = ids_of_whole(session, case)
    is_over = exists().where(Moment.approach_id == Approach.id, Moment.what == "over")
    goes_on = select(Approach).where(Approach.case_id.in_(cases), Approach.channel == "phone", ~is_over)
    return any(_is_with_us(call, at) for call in session.scalars(goes_on))


def rules_of(programme: Programme) -> Rules:
    """How often the programme lets a person be sought."""
    return Rules(programme.contact.attempts_per_window, programme.contact.spaced)


def _is_with_us(call: Approach, at: datetime) -> bool:
    if call.connection:
        return call.connection.end is None and at - call.connection.at < LONGEST_TALK
    return at - call.at < A_WAIT_LASTS


def _last_contact(session: Session, cases: list[str]) -> datetime | None:
    """When they last spoke with somebody here: what was tried before that is no longer held against us."""
    reached = select(ContactAttempt.at).where(ContactAttempt.case_id.in_(cases), ContactAttempt.outcome == "reached")
    return session.scalar(reached.order_by(ContactAttempt.at.desc()).limit(1))


def _tries(session: Session, cases: list[str], channel: str, *, besides: Bridge | None) -> Iterator[datetime]:
    """Every moment at which they were sought, however it went and whether or not anybody wrote it down."""
    if channel == "sms":
        yield from session.scalars(select(PersonText.at).where(PersonText.case_id.in_(cases)))
    else:
        yield from _bridged(session, cases, besides=besides)
    bridged = select(BridgeOutcome.attempt_id)
    by_hand = select(ContactAttempt.at).where(
        ContactAttempt.case_id.in_(cases),
        ContactAttempt.channel == channel,
        ContactAttempt.outcome != "reached",
        ContactAttempt.id.not_in(bridged),
    )
    yield from session.scalars(by_hand)


def _bridged(session: Session, cases: list[str], *, besides: Bridge | None) -> Iterator[datetime]:
    refusal = aliased(LegFact)
    never_rang = exists().where(refusal.leg_id == Leg.id, refusal.what == What.REFUSED)
    called = select(LegFact.at).join(Leg, Leg.id == LegFact.leg_id).join(Bridge, Bridge.id == Leg.bridge_id)
    to_them = called.where(Bridge.case_id.in_(cases), Leg.role == Role.PERSON, LegFact.what == What.CALLED)
    others = to_them.where(Bridge.id != besides.id) if besides else to_them
    yield from session.scalars(others.where(Bridge.approach_id.is_(None), ~never_rang))
