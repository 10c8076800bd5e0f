"""A person's own turns for the calendar on their telephone: an address that is a secret, given once, ended at will.

What stands behind it names nobody, no place and no programme: whoever finds it learns that somebody is on call then.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.oncall.duty import rota_of
from app.oncall.models import Feed
from app.oncall.personal import turns_of
from app.oncall.roster import Stretch
from app.programme.apply import current
from app.staff.models import Person

BEHIND: Final = timedelta(days=7)
"""How much of what was stays in the calendar."""

AHEAD: Final = timedelta(days=90)

_BYTES: Final = 32
_LONGEST: Final = 64
"""Signs; an address has 43."""


def give(session: Session, person: Person, *, at: datetime) -> str:
    """A new address's secret, to be shown once; the one they had before ends."""
    end(session, person, at=at)
    secret = secrets.token_urlsafe(_BYTES)
    session.add(Feed(person_id=person.id, digest=_digest(secret), given_at=at))
    record(session, at=at, by=person.alias, action="roster.feed_given", about=f"person:{person.alias}")
    return secret


def end(session: Session, person: Person, *, at: datetime) -> None:
    """The address they have is nobody's from now on."""
    feed = standing(session, person)
    if feed:
        feed.ended_at = at
        record(session, at=at, by=person.alias, action="roster.feed_ended", about=f"person:{person.alias}")


def standing(session: Session, person: Person) -> Feed | None:
    """The address they have, or None."""
    return session.scalar(select(Feed).where(Feed.person_id == person.id, Feed.ended_at.is_(None)))


def whose(session: Session, secret: str) -> Person | None:
    """Whose address it is. Unknown, ended, and of somebody who left: nobody's, found out in the same way."""
    if len(secret) > _LONGEST:
        return None
    found = select(Person).join(Feed, Feed.person_id == Person.id).where(Feed.digest == _digest(secret))
    return session.scalar(found.where(Feed.ended_at.is_(None), Person.left_at.is_(None)))


def turns_for(session: Session, person: Person, *, at: datetime) -> list[Stretch]:
    """Their turns lately and for the coming three months."""
    start, stop = at - BEHIND, at + AHEAD
    return turns_of(rota_of(session, current(session), since=start), person.alias, start=start, end=stop)


def calendar(turns: Iterable[Stretch], words: Mapping[str, str], *, at: datetime) -> bytes:
    """The turns as iCalendar (RFC 5545), each called by its tier's word and nothing else. Pure."""
    made = Calendar()
    made.add("prodid", "-//calendar//1//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made["refresh-interval;value=duration"] = "PT1H"
    for turn in turns:
        made.add_component(_event(turn, words[turn.tier.value], at=at))
    return bytes(made.to_ical())


def _event(turn: Stretch, word: str, *, at: datetime) -> Event:
    event = Event()
    event.add("uid", hashlib.sha256(f"{turn.tier.value}|{turn.starts.isoformat()}".encode()).hexdigest()[:32])
    event["dtstamp"] = vDatetime(at)
    event["dtstart"], event["dtend"] = vDatetime(turn.starts), vDatetime(turn.ends)
    event.add("summary", word)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
