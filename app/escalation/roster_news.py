"""Telling those whose turns somebody changed: to sign in and look. Nothing about when, who, or any case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.db import new_id
from app.escalation import shifts
from app.notifications import alarms, unusable
from app.oncall.changes import begin
from app.oncall.duty import rota_of
from app.oncall.personal import concerned
from app.programme.apply import current
from app.staff.directory import by_alias

AHEAD: Final = timedelta(days=35)
"""What lies further ahead is seen on the roster in time."""


@contextmanager
def telling(session: Session, *, but_not: str | None = None, at: datetime) -> Iterator[None]:
    """Tell everybody whose turns are others after the block than before, except the one who knows: an alias."""
    begin(session)
    before = rota_of(session, current(session), since=at)
    yield
    after = rota_of(session, current(session), since=at)
    change, changed = new_id(), concerned(before, after, start=at, end=at + AHEAD)
    shifts.wake(session, changed, at=at)
    for alias in sorted(changed - {but_not}):
        _tell(session, alias, key=f"roster:{change}", at=at)


def _tell(session: Session, alias: str, *, key: str, at: datetime) -> None:
    person = by_alias(session, alias)
    if person and person.has_telephone:
        (channel, *_) = unusable.usable(session, person, ["sms"])
        alarms.send(session, person, "alarm.roster", key=key, channel=channel, at=at)
