"""Something happened at a meeting place (domain.md E5): the place is shut that moment, and opened by two people.

Whoever books locks the place, and so does whoever shuts it: of a booking and an incident one is first, and whoever
booked first is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.db import new_id
from app.errors import BadInput
from app.routing import papers
from app.routing.collision_models import CheckIn, Meeting, MeetingPlace
from app.routing.incident_models import IncidentTold, OpenedBecause, PlaceIncident, PlaceOpening, PlaceOpeningSecond
from app.routing.kept import Kept
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST: Final = 4_000
"""Signs of what somebody tells."""

LONG_AGO: Final = timedelta(days=30)
"""What happened earlier shuts no place any more."""


class Told(Kept):
    """What there is to tell of it."""

    words: str = Field(min_length=1, max_length=LONGEST)


def happened(
    session: Session,
    place: MeetingPlace,
    kind: str,
    *,
    when: datetime,
    subject: Subject,
    words: str,
    by: Person,
    at: datetime,
    source: str,
) -> PlaceIncident | None:
    """Write down what happened there; from now on the place is shut. None when this very word was kept before.

    BadInput for a moment that is ahead, or longer ago than `LONG_AGO`. The words are sealed to the case it is told in.
    """
    if not at - LONG_AGO <= when <= at:
        raise BadInput("Say when it happened: a moment of the last 30 days that is not ahead.")
    lock(session, place)
    told = {"kind": kind, "happened_at": when, "by_id": by.id, "at": at, "source": papers.source_of(subject, source)}
    known = {"id": new_id(), "place_id": place.id, "nth": _newest(session, place) + 1}
    incident = rows.write_if_new(session, PlaceIncident, unique="source", **known, **told)
    if incident is None:
        return None
    if words:
        said = Told(words=words)
        papers.keep(session, IncidentTold, subject, said, by=by, at=at, source=source, incident_id=incident.id)
    subject.log(session, "place.incident", by=by.alias, at=at, because=kind)
    return incident


def lock(session: Session, place: MeetingPlace) -> None:
    """Nobody else books or shuts this place until the transaction ends."""
    session.scalar(select(MeetingPlace.id).where(MeetingPlace.id == place.id).with_for_update())


def shut_by(session: Session, place: MeetingPlace) -> Sequence[PlaceIncident]:
    """The incidents that keep a place shut, the oldest first; none: it may be used."""
    opened = select(func.max(PlaceOpening.upto)).where(PlaceOpening.place_id == place.id, _is_agreed())
    upto = session.scalar(opened) or 0
    found = select(PlaceIncident).where(PlaceIncident.place_id == place.id, PlaceIncident.nth > upto)
    return session.scalars(found.order_by(PlaceIncident.nth)).all()


def shut_places(session: Session) -> frozenset[str]:
    """The ids of every place that is shut."""
    opened = select(func.max(PlaceOpening.upto)).where(PlaceOpening.place_id == PlaceIncident.place_id, _is_agreed())
    upto = func.coalesce(opened.scalar_subquery(), 0)
    return frozenset(session.scalars(select(PlaceIncident.place_id).where(PlaceIncident.nth > upto).distinct()))


def meetings_there(session: Session, place: MeetingPlace, *, at: datetime) -> Sequence[Meeting]:
    """Meetings at a place that lie ahead or go on, the first one first."""
    done = Meeting.id.not_in(select(CheckIn.meeting_id))
    found = select(Meeting).where(Meeting.place_id == place.id, Meeting.check_in_by > at, done)
    return session.scalars(found.order_by(Meeting.starts, Meeting.id)).all()


def ask_to_open(session: Session, place: MeetingPlace, because: OpenedBecause, *, by: Person, at: datetime) -> None:
    """One of two wants it open again. BadInput when nothing keeps it shut, or somebody waits for an answer already."""
    lock(session, place)
    if not shut_by(session, place):
        raise BadInput("Nothing keeps this place shut.")
    if asked_to_open(session, place):
        raise BadInput("Somebody has asked already: answer that first.")
    upto = {"upto": _newest(session, place), "because": because.value}
    session.add(PlaceOpening(place_id=place.id, by_id=by.id, at=at, **upto))
    record(session, at=at, by=by.alias, action="place.opening_asked", because=because.value)


def asked_to_open(session: Session, place: MeetingPlace) -> PlaceOpening | None:
    """Who waits for a second to open it, knowing of everything that keeps it shut; None: nobody."""
    unanswered = PlaceOpening.id.not_in(select(PlaceOpeningSecond.opening_id))
    newest = select(PlaceOpening).where(PlaceOpening.place_id == place.id, unanswered)
    return session.scalar(newest.where(PlaceOpening.upto == _newest(session, place)).limit(1))


def second(session: Session, asked: PlaceOpening, *, agreed: bool, by: Person, at: datetime) -> None:
    """The other of the two agrees, or does not. BadInput for whoever asked, and when somebody answered before."""
    if by.id == asked.by_id:
        raise BadInput("Two people: somebody else has to agree.")
    said = {"opening_id": asked.id, "agreed": agreed, "by_id": by.id, "at": at}
    if rows.write_if_new(session, PlaceOpeningSecond, unique="opening_id", **said) is None:
        raise BadInput("Nobody is asked about this any more.")
    record(session, at=at, by=by.alias, action="place.opened" if agreed else "place.kept_shut", because=asked.because)


def _newest(session: Session, place: MeetingPlace) -> int:
    return session.scalar(select(func.max(PlaceIncident.nth)).where(PlaceIncident.place_id == place.id)) or 0


def _is_agreed() -> ColumnElement[bool]:
    return PlaceOpening.id.in_(select(PlaceOpeningSecond.opening_id).where(PlaceOpeningSecond.agreed))
