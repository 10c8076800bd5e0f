"""Telling the coordinator that the line itself needs a hand: no case, no name, only that somebody should sign in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.notifications import outbox
from app.notifications.models import Notification, Priority
from app.staff.directory import everyone
from app.staff.models import ChannelKind, Person
from app.staff.roles import Role

ALARM: Final = "alarm."
"""How the wordings of alarms begin."""

ALARM_LASTS: Final = timedelta(hours=1)
_ASKED_IN_TURN: Final = (Role.COORDINATOR, Role.MANAGER, Role.ADMIN)


def is_alarm(row: Notification) -> bool:
    """Whether a notification is about the line and not about a case."""
    return row.wording.startswith(ALARM)


def hearers(session: Session, kind: ChannelKind = ChannelKind.PHONE) -> list[Person]:
    """Who hears of it: the coordinators; if none can be reached so, the managers, then those who administer."""
    staff = [person for person in everyone(session) if person.channel(kind)]
    groups = ([person for person in staff if role in person.roles] for role in _ASKED_IN_TURN)
    return next(filter(None, groups), staff)


def tell(session: Session, wording: str, *, key: str, channels: Sequence[str], at: datetime) -> None:
    """Write one alarm to each, by each of these channels, once for each `key`."""
    for person in hearers(session):
        for channel in channels:
            send(session, person, wording, key=key, channel=channel, at=at)


def is_told(session: Session, key: str) -> bool:
    """Whether an alarm with this key was written to anybody."""
    written = select(Notification.id).where(Notification.key.startswith(f"{key}:", autoescape=True)).limit(1)
    return session.scalar(written) is not None


def send(session: Session, person: Person, wording: str, *, key: str, channel: str, at: datetime) -> bool:
    """Write one alarm to one person by one channel. False when it is written already."""
    row = outbox.queue(
        session,
        key=f"{key}:{person.id}:{channel}",
        person=person,
        channel=channel,
        wording=wording,
        values={},
        priority=Priority.PAGE,
        due_at=at,
        at=at,
        valid_for=ALARM_LASTS,
    )
    if row:
        about = f"person:{person.alias}"
        record(session, at=at, by="engine", action="page.queued", about=about, because=wording, channel=channel)
    return row is not None
