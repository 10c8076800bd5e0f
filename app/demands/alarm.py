"""The coordinator hears of what is late, and before it is: once for each clock. No word of what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.db import Database
from app.demands import incidents, requests
from app.demands.clocks import Due
from app.notifications import alarms

WORDING: Final = "alarm.demand"
BY: Final = ("sms", "push")
SOON: Final = timedelta(hours=4)
"""So long before it is due they hear of it for the first time."""


def tell(db: Database, *, at: datetime) -> int:
    """Tell of every clock that nobody has stopped and that is over, or soon will be; how many were new."""
    told = 0
    with db.reading() as session:
        keys = [key for key in _keys(session, at=at) if not alarms.is_told(session, key)]
    for key in keys:
        with db.transaction() as session:
            if not alarms.is_told(session, key):
                alarms.tell(session, WORDING, key=key, channels=BY, at=at)
                told += 1
    return told


def _keys(session: Session, *, at: datetime) -> Iterator[str]:
    for incident in incidents.every(session):
        yield from (_key(incident.id, clock, at) for clock in incidents.clocks(incident) if _is_near(clock, at))
    for request in requests.every(session):
        clock = requests.due(request)
        if _is_near(clock, at):
            yield _key(request.id, clock, at)


def _is_near(clock: Due, at: datetime) -> bool:
    return clock.waits() and clock.due_at - SOON <= at


def _key(id_: str, clock: Due, at: datetime) -> str:
    return f"demand:{id_}:{clock.step}:{'late' if clock.due_at <= at else 'soon'}"
