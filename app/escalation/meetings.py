"""A meeting from which nobody checked in: the coordinators are told at once, and of it not a word."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.db import Database
from app.notifications import alarms
from app.routing import places
from app.routing.collision_models import MeetingAlarm

ALARM: Final = "alarm.meeting"
LOUDLY: Final = ("sms", "push")


def sound(db: Database, *, at: datetime) -> int:
    """Raise the alarm for each that is late, once; how many there were."""
    with db.reading() as session:
        if not places.missed(session, at=at):
            return 0
    with db.transaction() as session:
        late = [one for one in places.missed(session, at=at) if _is_first(session, one.id, at=at)]
        for meeting in late:
            alarms.tell(session, ALARM, key=f"meeting:{meeting.id}", channels=LOUDLY, at=at)
            record(session, at=at, by="engine", action="meeting.missed")
    return len(late)


def _is_first(session: Session, meeting_id: str, *, at: datetime) -> bool:
    return rows.write_if_new(session, MeetingAlarm, unique="meeting_id", meeting_id=meeting_id, at=at) is not None
