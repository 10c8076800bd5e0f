"""Something happened at a meeting place: whoever was there, or has the case, says so, and the place is shut at once.

Whoever is to go there is told in the same transaction (`escalation/shut_places.py`); what there is to tell is sealed.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier import fields
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.meetings import incident_kinds, meetings_page, moment
from app.console.going import goes_or_keeps
from app.console.site import ASite
from app.escalation import shut_places
from app.routing import incidents, places
from app.routing.collision_models import MeetingPlace
from app.routing.subject import Subject
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}/incidents", dependencies=[Depends(from_our_pages)])


@router.post("")
def tell(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Shut the place, and tell whoever is to go there. For the two who went, and whoever works on the case."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=goes_or_keeps)
        wrong = _tell(session, case, who, posted, at=now) if case else {}
    if case is None:
        raise sight.no_such_case()
    if wrong:
        return meetings_page(site, case, who, posted, wrong, at=now)
    return RedirectResponse(f"/console/cases/{case.reference}/meetings", status_code=303)


def _tell(session: Session, case: Case, who: SignedIn, posted: Posted, *, at: datetime) -> Mistakes:
    place, kind = _place(session, case, posted.get("where", "")), posted.get("kind", "")
    when, words = moment(posted.get("when", ""), session), fields.words(posted, "words")
    if place is None:
        return {"where": "mistake.place"}
    if kind not in incident_kinds(session, who.language, at=at):
        return {"kind": "mistake.incident_kind"}
    if when is None or not at - incidents.LONG_AGO <= when <= at:
        return {"when": "mistake.incident_when"}
    if len(words) > incidents.LONGEST:
        return {"words": "mistake.incident_words"}
    by, source, subject = who.person(session), fields.source(posted), Subject.of(case)
    incident = incidents.happened(
        session, place, kind, when=when, subject=subject, words=words, by=by, at=at, source=source
    )
    if incident:
        shut_places.tell(session, incident, at=at)
    return {}


def _place(session: Session, case: Case, place_id: str) -> MeetingPlace | None:
    """A place that is in use, or at which they met in this case."""
    met = (one.place for one in places.meetings_of(session, ids_of_whole(session, case)))
    return next((place for place in [*places.register(session), *met] if place.id == place_id), None)
