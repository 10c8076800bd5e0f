"""Test pages as a habit: every proved channel of those who are paged, once a week unless the programme says otherwise.

By day; to somebody who is on duty also in the morning and the evening; never at night, and not to who is away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database, one_at_a_time
from app.logs import Log
from app.notifications import proven, proving
from app.notifications.proving import NotNow
from app.oncall.changes import ON_DUTY
from app.oncall.duty import Duty, duty
from app.programme.apply import current
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.probes import Probe

DAY: Final = range(9, 17)
DAY_ON_DUTY: Final = range(7, 22)
"""Local hours."""

AGAIN_AFTER: Final = timedelta(days=1)
"""Between two test pages of which the first was not answered."""

_log = Log("drills")


def send_due(db: Database, *, at: datetime) -> int:
    """Send the test pages whose time has come; how many. One that fails keeps back no other."""
    with db.reading() as session:
        coming = list(_due(session, at=at))
    return sum(_send(db, person_id, channel, at=at) for person_id, channel in coming)


def _due(session: Session, *, at: datetime) -> Iterator[tuple[str, str]]:
    on_duty, every = duty(session, at), current(session).programme.test_pages_every
    hour, broken = at.astimezone(current(session).zone).hour, proven.broken(session)
    for person in everyone(session):
        if not ON_DUTY.isdisjoint(person.roles) and _is_a_good_hour(person, hour, on_duty):
            for one in proven.of(session, person).values():
                if (person.id, one.channel) not in broken and at >= _next(session, person, one, every):
                    yield person.id, one.channel


def _is_a_good_hour(person: Person, hour: int, on_duty: Duty[Person]) -> bool:
    if person.alias in on_duty.away:
        return False
    is_on_duty = any(person in holders for holders in on_duty.holders.values())
    return hour in (DAY_ON_DUTY if is_on_duty else DAY)


def _next(session: Session, person: Person, one: proven.Proven, every: timedelta) -> datetime:
    mine = Probe.person_id == person.id, Probe.channel == one.channel, Probe.kind == "test"
    asked_at = session.scalar(select(func.max(Probe.sent_at)).where(*mine))
    seen_at = one.seen_at + every
    return max(seen_at, asked_at + AGAIN_AFTER) if asked_at else seen_at


def _send(db: Database, person_id: str, channel: str, *, at: datetime) -> bool:
    """Another engine may be at it: whoever comes second finds that one was sent just now."""
    try:
        with db.transaction() as session:
            one_at_a_time(session, f"drill {channel} {person_id}")
            proving.send_test(session, session.get_one(Person, person_id), channel, at=at, by="engine")
    except NotNow:
        return False
    except Exception as problem:  # noqa: BLE001 - one broken row may not stop the others
        _log.error("a test page could not be written", problem=problem, channel=channel)
        return False
    return True
