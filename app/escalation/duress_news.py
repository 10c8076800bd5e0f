"""Telling coordinators and managers that a colleague was made to sign in.

The engine does it, and not the door: whoever stands beside the colleague sees, hears and waits for the same as ever.
What goes out names nobody and nothing; who it is, they read when they have signed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.escalation.one_by_one import one_by_one
from app.notifications import alarms
from app.staff.credentials import StaffSession
from app.staff.directory import everyone
from app.staff.factor_models import DuressNews, SessionProof
from app.staff.freshness import DURESS
from app.staff.models import ChannelKind, Person
from app.staff.roles import Role

LOUDLY: Final = ("sms", "call")
SHOWN_FOR: Final = timedelta(hours=24)
_TOLD: Final = frozenset({Role.COORDINATOR, Role.MANAGER})


@dataclass(frozen=True)
class Told:
    """Somebody was made to sign in."""

    alias: str
    at: datetime


def sound(db: Database, *, at: datetime) -> int:
    """Raise the alarm for every sign-in under duress that nobody was told of; for how many."""
    told = select(DuressNews.session_id)
    untold = select(SessionProof.session_id).where(SessionProof.kind == DURESS, SessionProof.session_id.not_in(told))
    with db.reading() as session:
        found = session.scalars(untold).all()
    return one_by_one(db, found, lambda session, session_id: _sound_alone(session, session_id, at=at))


def lately(session: Session, *, at: datetime, but: str) -> Sequence[Told]:
    """Those of the last day, the newest first; not of the person with the id `but`."""
    news = select(Person.alias, DuressNews.at).join(StaffSession, StaffSession.id == DuressNews.session_id)
    theirs = news.join(Person, Person.id == StaffSession.person_id).where(Person.id != but)
    found = session.execute(theirs.where(DuressNews.at > at - SHOWN_FOR).order_by(DuressNews.at.desc()))
    return [Told(alias, when) for alias, when in found]


def _sound_alone(session: Session, session_id: str, *, at: datetime) -> bool:
    if session.get(DuressNews, session_id):
        return False
    session.add(DuressNews(session_id=session_id, at=at))
    session.flush()  # of two engines one is first
    _tell(session, session.get_one(StaffSession, session_id), at=at)
    return True


def _tell(session: Session, made: StaffSession, *, at: datetime) -> None:
    """Never the colleague themselves: their telephone may be in another's hand."""
    record(session, at=at, by="engine", action="staff.duress", about=f"person:{made.person.alias}")
    for person in _hearers(session, but=made.person_id):
        for channel in LOUDLY:
            alarms.send(session, person, "alarm.duress", key=f"duress:{made.id}", channel=channel, at=at)


def _hearers(session: Session, *, but: str) -> Sequence[Person]:
    """Coordinators and managers; if none of them has a telephone, whoever else would hear of an alarm."""
    reached = [one for one in everyone(session) if one.channel(ChannelKind.PHONE) and one.id != but]
    chosen = [one for one in reached if not _TOLD.isdisjoint(one.roles)]
    return chosen or [one for one in alarms.hearers(session) if one.id != but]
