"""Who goes to a meeting: what of a colleague's case is open to them for that, and which meetings their board shows.

They see the meetings that they go to themselves, and nothing else of the case; nothing when they are excluded from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, object_session

from app.cases.models import Case
from app.cases.queries import ids_of_whole, that_goes_on
from app.console import sight
from app.console.doors import SignedIn
from app.routing import incidents, places
from app.routing.collision_models import Meeting


@dataclass(frozen=True)
class Going:
    """A meeting that the reader goes to, by the reference of the case that they find it in."""

    reference: str
    meeting: Meeting
    is_shut: bool
    """Something happened at the place since it was booked."""


def goes_to(meeting: Meeting, who: SignedIn) -> bool:
    """Whether they are one of its two."""
    return who.person_id in (meeting.first_id, meeting.second_id)


def goes_or_keeps(case: Case, who: SignedIn) -> bool:
    """Whether they work on the case, or go to one of its meetings, or went; never when they are excluded from it."""
    return sight.keeps(case, who) or _goes(case, who)


def sees_or_goes(case: Case, who: SignedIn) -> bool:
    """Whether they see the case, or at least of it the meetings that they go to themselves."""
    return sight.sees(case, who) or _goes(case, who)


def meetings_ahead(session: Session, who: SignedIn) -> Sequence[Going]:
    """The meetings that they go to, until somebody checks in; but for cases whose page of meetings is shut to them."""
    found = [(_whole(session, one), one) for one in places.to_go_to(session, who.person_id)]
    theirs = [(case, one) for case, one in found if _is_open_to(case, who)]
    shut = incidents.shut_places(session) if theirs else frozenset()
    return [Going(case.reference, one, one.place_id in shut) for case, one in theirs]


def _goes(case: Case, who: SignedIn) -> bool:
    session = object_session(case)
    if session is None or not _is_open_to(case, who):
        return False
    return any(goes_to(one, who) for one in places.meetings_of(session, ids_of_whole(session, case)))


def _is_open_to(case: Case, who: SignedIn) -> bool:
    return not case.is_forgotten and not case.excludes(who.person_id)


def _whole(session: Session, meeting: Meeting) -> Case:
    return that_goes_on(session, session.get_one(Case, meeting.case_id))
