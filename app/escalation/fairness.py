"""Putting those who stand at the same step in order: what they bring and what they have borne, from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notifications.models import Notification
from app.oncall.duty import Someone
from app.oncall.order import LOOKED_BACK, Gifts, Load, Wanted, counted_until, in_order, load
from app.programme.apply import current


def ordered(session: Session, eligible: Sequence[Someone], wanted: Wanted, *, at: datetime) -> list[Someone]:
    """The same people, the best placed first. One alone is not compared with anybody."""
    if not eligible[1:]:
        return list(eligible)
    by_alias = {person.alias: person for person in eligible}
    gifts = {
        member.alias: Gifts(member.languages, member.tags)
        for member in current(session).staff
        if member.alias in by_alias
    }
    loads = loads_of(session, eligible, at=at)
    return [by_alias[alias] for alias in in_order(tuple(by_alias), wanted, gifts=gifts, loads=loads)]


def loads_of(session: Session, people: Iterable[Someone], *, at: datetime) -> Mapping[str, Load]:
    """What each of them has borne in the four weeks before the last noon, by alias: pages about cases, each moment
    once, however many channels it came by."""
    zone = current(session).zone
    until = counted_until(at, zone)
    found = {}
    for person in people:
        paged = select(Notification.queued_at).distinct().where(Notification.person_id == person.id)
        of_cases = paged.where(Notification.step_id.is_not(None), Notification.queued_at < until)
        found[person.alias] = load(session.scalars(of_cases.where(Notification.queued_at >= until - LOOKED_BACK)), zone)
    return found
