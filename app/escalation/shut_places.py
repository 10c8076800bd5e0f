"""A meeting place was shut since something happened there: whoever is to go to it is told at once, of a reference and
of nothing else. Neither the place, nor that it was one, nor what happened goes out by any channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import that_goes_on
from app.escalation import asides
from app.notifications import alarms
from app.notifications.reach import Reach
from app.routing import incidents
from app.routing.collision_models import Meeting
from app.routing.incident_models import PlaceIncident
from app.staff.models import Person

ALARM: Final = "alarm.place"
TO_WHOEVER_GOES: Final = "alarm.place_shut"
BY: Final = ("sms", "push")


def tell(session: Session, incident: PlaceIncident, *, at: datetime) -> None:
    """Once for each incident: the coordinators, and for each meeting that lies ahead or goes on there, the two who go
    and whoever works on its case. Not whoever said it."""
    key = f"place:{incident.id}"
    alarms.tell(session, ALARM, key=key, channels=BY, at=at)
    for meeting in incidents.meetings_there(session, incident.place, at=at):
        case = that_goes_on(session, session.get_one(Case, meeting.case_id))  # not locked: who books has theirs
        for person in _concerned(session, case, meeting):
            if person.id != incident.by_id:
                _tell(session, case, person, key=f"{key}:{case.id}", at=at)


def _concerned(session: Session, case: Case, meeting: Meeting) -> Iterator[Person]:
    ids = {meeting.first_id, meeting.second_id, *case.handler_ids}
    for person in (session.get_one(Person, id_) for id_ in sorted(ids)):
        if person.is_active and not case.excludes(person.id):
            yield person


def _tell(session: Session, case: Case, person: Person, *, key: str, at: datetime) -> None:
    for channel in Reach(session).channels(person, BY):
        asides.tell(session, case, person, channel, TO_WHOEVER_GOES, key=key, at=at)
