"""Opening a meeting place that was shut since something happened there: one asks with a reason, another says yes.

Of the two at least one oversees; whoever asked is nobody's second.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.deeds import ADeed
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier import fields
from app.console.dossier.places import may_second, places_page
from app.console.site import ASite
from app.errors import BadInput, NoSuchPage
from app.routing import incidents
from app.routing.collision_models import MeetingPlace
from app.routing.incident_models import OpenedBecause
from app.web import Now, Posted

router = APIRouter(prefix="/console/places/{place_id}/opening", dependencies=[Depends(from_our_pages)])


@router.post("")
def ask(place_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Ask for it, with a reason."""
    because, wrong = fields.one_of(posted, "because", OpenedBecause), ""
    try:
        with site.db.transaction() as session:
            place = session.get(MeetingPlace, place_id)
            if place is None:
                _refuse(session, who, at=now)
            elif because is None:
                wrong = "mistake.opening"
            else:
                incidents.ask_to_open(session, place, because, by=who.person(session), at=now)
    except BadInput:
        wrong = "mistake.overtaken"
    if place is None:
        raise _no_such_place()
    if wrong:
        return places_page(site, who, now, wrong={"opening": wrong})
    return RedirectResponse("/console/places", status_code=303)


@router.post("/second")
def second(place_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """The other of the two agrees, or does not."""
    with site.db.transaction() as session:
        place = session.get(MeetingPlace, place_id)
        if place:
            incidents.lock(session, place)
        asked = incidents.asked_to_open(session, place) if place else None
        may = asked is not None and may_second(asked, who)
        if asked and may and posted.get("agreed") in ("yes", "no"):
            agreed = posted["agreed"] == "yes"
            incidents.second(session, asked, agreed=agreed, by=who.person(session), at=now)
        elif not may:
            _refuse(session, who, at=now)
    if not may:
        raise _no_such_place()
    return RedirectResponse("/console/places", status_code=303)


def _refuse(session: Session, who: SignedIn, *, at: datetime) -> None:
    record(session, at=at, by=who.alias, action="access.refused", outcome="refused", because="place")


def _no_such_place() -> NoSuchPage:
    return NoSuchPage("There is no such place.")
