"""Telling a colleague that somebody has their passphrase and guesses at codes; and whoever coordinates. Once an hour.

The engine does it: whoever guesses waits no longer for the sixth answer than for the fifth. Nobody is locked out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.escalation.one_by_one import one_by_one
from app.notifications import alarms, personal
from app.notifications.reach import Reach
from app.staff import guesses
from app.staff.models import Person

BY: Final = ("sms", "push")


def sound(db: Database, *, at: datetime) -> int:
    """Tell of everybody whose codes are guessed at; for how many."""
    with db.reading() as session:
        found = guesses.untold(session, at=at)
    return one_by_one(db, found, lambda session, person_id: _tell(session, person_id, at=at))


def _tell(session: Session, person_id: str, *, at: datetime) -> bool:
    if person_id not in guesses.untold(session, at=at):
        return False
    guesses.say_told(session, person_id, at=at)  # of two engines one is first
    person = session.get_one(Person, person_id)
    record(session, at=at, by="engine", action="staff.guessed", about=f"person:{person.alias}")
    key, reach = f"guessed:{person_id}:{at:%Y-%m-%dT%H:%M}", Reach(session)
    personal.tell(session, person, "alarm.guessed", key=key, at=at)
    for hearer in alarms.hearers(session):
        for channel in reach.channels(hearer, BY) if hearer.id != person_id else ():
            alarms.send(session, hearer, "alarm.guessing", key=key, channel=channel, at=at)
    return True
