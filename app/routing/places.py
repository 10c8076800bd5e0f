"""Meeting places that rotate and rest, and meetings that two of the staff go to and come back from.

A place is a code word. Its address is told by voice, after two people agreed to it (`disclosures.py`), and is kept
nowhere: what is not there can leave by no channel. The more have met at a place, the longer it is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import rows
from app.audit.log import record
from app.errors import BadInput
from app.routing import incidents, papers
from app.routing.collision_models import CheckIn, How, Meeting, MeetingAlarm, MeetingPlace, PlaceClosed
from app.routing.subject import Subject
from app.staff.models import Person

RESTS: Final = timedelta(days=14)
"""How long a place is left alone after a meeting, before another person is met there."""

APART: Final = timedelta(days=90)
"""For so long two who must not meet are not met at the same place."""

LONGEST: Final = timedelta(hours=8)
"""The latest that somebody checks in after a meeting began."""

FURTHEST: Final = timedelta(days=365)
"""Nobody books a meeting further ahead: that year is a slip of the hand."""

_NAME: Final = re.compile(r"[A-Za-zÅÄÖåäö]{2,24}")


def approve(session: Session, name: str, *, by: Person, at: datetime) -> None:
    """Put a place on the register. BadInput for a name that is no single word: an address has no business here."""
    if not _NAME.fullmatch(name):
        raise BadInput("A place has a code word of letters: its address is written down nowhere.")
    if rows.write_if_new(session, MeetingPlace, unique="name", name=name, by_id=by.id, at=at) is None:
        raise BadInput("There is a place of that name.")
    record(session, at=at, by=by.alias, action="place.approved")


def close(session: Session, place: MeetingPlace, *, by: Person, at: datetime) -> None:
    """It is used no more."""
    if rows.write_if_new(session, PlaceClosed, unique="place_id", place_id=place.id, by_id=by.id, at=at):
        record(session, at=at, by=by.alias, action="place.closed")


def register(session: Session) -> Sequence[MeetingPlace]:
    """Every place that is in use, the least used lately first: so they rotate."""
    last = select(func.max(Meeting.starts)).where(Meeting.place_id == MeetingPlace.id).scalar_subquery()
    found = select(MeetingPlace).where(MeetingPlace.id.not_in(select(PlaceClosed.place_id)))
    return session.scalars(found.order_by(last.is_not(None), last, MeetingPlace.name)).all()


def rests_until(session: Session, place: MeetingPlace, cases: Sequence[str], *, starts: datetime) -> datetime | None:
    """Until when it is left alone, for others than these cases; None: it may be used then."""
    near = Meeting.starts > starts - RESTS, Meeting.starts < starts + RESTS
    found = select(func.max(Meeting.starts)).where(Meeting.place_id == place.id, *near, Meeting.case_id.not_in(cases))
    last = session.scalar(found)
    return last + RESTS if last else None


def book(
    session: Session,
    subject: Subject,
    place: MeetingPlace,
    *,
    starts: datetime,
    check_in_by: datetime,
    two: tuple[Person, Person],
    by: Person,
    at: datetime,
    source: str,
) -> None:
    """Two of the staff meet the person. BadInput for a moment that is over or more than a year ahead, one person, a
    time nobody checks, or a place that is shut since something happened there."""
    if two[0].id == two[1].id:
        raise BadInput("Two people go to a meeting.")
    if not at <= starts <= at + FURTHEST or not starts < check_in_by <= starts + LONGEST:
        raise BadInput("A meeting lies ahead, within a year, and somebody checks in within eight hours of it.")
    incidents.lock(session, place)
    if incidents.shut_by(session, place):
        raise BadInput("Something happened at this place: it is shut until two people open it.")
    kept = {"place_id": place.id, "starts": starts, "check_in_by": check_in_by}
    kept |= {"first_id": two[0].id, "second_id": two[1].id}
    if papers.note(session, Meeting, subject, by=by, at=at, source=source, **kept):
        subject.log(session, "meeting.booked", by=by.alias, at=at, check_in_by=check_in_by.isoformat())


def check_in(session: Session, subject: Subject, meeting: Meeting, how: How, *, by: Person, at: datetime) -> None:
    """All are well, or nobody went. BadInput when it was said before."""
    said = {"meeting_id": meeting.id, "how": how.value, "by_id": by.id, "at": at}
    if rows.write_if_new(session, CheckIn, unique="meeting_id", **said) is None:
        raise BadInput("Somebody has checked in from this meeting already.")
    subject.log(session, "meeting.checked_in", by=by.alias, at=at, how=how.value)


def meetings_of(session: Session, cases: Sequence[str]) -> Sequence[Meeting]:
    """Every meeting of these cases, the oldest first."""
    return papers.of(session, Meeting, cases)


def to_go_to(session: Session, person_id: str) -> Sequence[Meeting]:
    """Meetings of which somebody is one of the two, and from which nobody has checked in yet; the first one first."""
    theirs = or_(Meeting.first_id == person_id, Meeting.second_id == person_id)
    open_still = select(Meeting).where(theirs, Meeting.id.not_in(select(CheckIn.meeting_id)))
    shown = open_still.options(joinedload(Meeting.place), joinedload(Meeting.alarm))
    return session.scalars(shown.order_by(Meeting.starts, Meeting.id)).all()


def missed(session: Session, *, at: datetime) -> Sequence[Meeting]:
    """Meetings from which nobody checked in by the time, and nobody was told of yet."""
    done = Meeting.id.not_in(select(CheckIn.meeting_id)), Meeting.id.not_in(select(MeetingAlarm.meeting_id))
    return session.scalars(select(Meeting).where(Meeting.check_in_by <= at, *done)).all()
