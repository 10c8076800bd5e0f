"""The log of incidents: what happened, since when we knew, who was told and when, and what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.demands.clocks import CYBER, GDPR, Due, of_incident
from app.demands.models import INCIDENT_KINDS, INCIDENT_WORDS, Incident, IncidentWord
from app.errors import AlreadyTaken, BadInput
from app.staff.models import Person


def note(session: Session, kind: str, *, known_at: datetime, by: Person, at: datetime) -> Incident:
    """Something happened. The clocks run from when somebody here knew, not from when it was written down."""
    if kind not in INCIDENT_KINDS:
        raise BadInput("Say what kind of incident it is.")
    if known_at > at:
        raise BadInput("Nobody can have known of it later than now.")
    incident = Incident(kind=kind, known_at=known_at, by_id=by.id, at=at)
    session.add(incident)
    session.flush()
    known = known_at.isoformat()
    record(session, at=at, by=by.alias, action="incident.noted", because=kind, known_at=known, incident=incident.id)
    return incident


def say(session: Session, incident_id: str, word: str, *, by: Person, at: datetime) -> None:
    """Something was reported, or decided. BadInput for no such incident or word, and for closing what still waits."""
    incident = session.get(Incident, incident_id)
    if incident is None or word not in INCIDENT_WORDS:
        raise BadInput("Say what was done.")
    if word == "closed" and any(clock.waits() for clock in clocks(incident)):
        raise BadInput("Something is still to be reported, or to be found not reportable, before this is closed.")
    said = {"incident_id": incident_id, "word": word, "by_id": by.id, "at": at}
    key = ("incident_id", "word")
    if session.get(IncidentWord, (incident_id, word)) or not rows.write_if_new(
        session, IncidentWord, unique=", ".join(key), **said
    ):
        raise AlreadyTaken("That stands there already.")
    record(session, at=at, by=by.alias, action="incident.said", because=word, incident=incident_id)


def every(session: Session) -> Sequence[Incident]:
    """Every incident, the newest first."""
    return session.scalars(select(Incident).order_by(Incident.known_at.desc())).all()


def clocks(incident: Incident) -> list[Due]:
    """Its four clocks."""
    said = {word.word: word.at for word in incident.words}
    not_wanted = frozenset({law for law, word in ((CYBER, "not_cyber"), (GDPR, "not_gdpr")) if word in said})
    return of_incident(incident.known_at, said, not_wanted=not_wanted)


def is_closed(incident: Incident) -> bool:
    """Whether nothing more is expected."""
    return any(word.word == "closed" for word in incident.words)
