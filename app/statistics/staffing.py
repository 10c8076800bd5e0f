"""Pages, nights and turns of each handler in a month, for whoever plans the roster. How fast or how often somebody
answered is not here: this is what the line asked of people, not how they did (domain.md F11, issue 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.notifications.models import Notification
from app.oncall import roster
from app.oncall.duty import rota_of
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.directory import everyone
from app.statistics.months import after, begins

_EVENING, _MORNING = timedelta(hours=22), timedelta(hours=30)
_DEAD_OF_NIGHT: Final = timedelta(hours=27)
"""Whoever holds a tier at three has that night."""


@dataclass(frozen=True)
class Load:
    """What a month asked of somebody."""

    alias: str
    pages: int
    nights_paged: int
    nights_on_duty: int


def loads(session: Session, month: str) -> list[Load]:
    """Everyone on the staff whom the month asked something of, by alias."""
    programme = current(session)
    rota = rota_of(session, programme, since=begins(month, programme.zone))
    pages, woken, on_duty = _pages(session, month, programme.zone), Counter[str](), Counter[str]()
    for midnight in _days(month, programme.zone):
        woken.update(_paged(session, midnight + _EVENING, midnight + _MORNING))
        at_three = midnight + _DEAD_OF_NIGHT
        on_duty.update({alias for tier in Tier for alias in roster.holders(rota, tier, at=at_three)})
    found = [
        Load(each.alias, pages[each.id], woken[each.id], on_duty[each.alias])
        for each in sorted(everyone(session), key=lambda each: each.alias)
    ]
    return [load for load in found if load.pages or load.nights_on_duty]


def _pages(session: Session, month: str, zone: ZoneInfo) -> Counter[str]:
    asked = (
        select(Notification.person_id, func.count())
        .where(Notification.queued_at >= begins(month, zone), Notification.queued_at < begins(after(month), zone))
        .group_by(Notification.person_id)
    )
    found: Counter[str] = Counter()
    for person_id, number in session.execute(asked):
        found[person_id] = number
    return found


def _paged(session: Session, since: datetime, until: datetime) -> set[str]:
    at_night = Notification.queued_at >= since, Notification.queued_at < until
    return set(session.scalars(select(Notification.person_id).where(*at_night).distinct()))


def _days(month: str, zone: ZoneInfo) -> Iterator[datetime]:
    day = begins(month, zone)
    while day < begins(after(month), zone):
        yield day
        day += timedelta(days=1)
