"""What the person said, in a conversation, about being contacted from now on. It is asked anew every time.

Only who has spoken with them can write it down; whatever was not asked about stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.permissions import Hours
from app.console import sight
from app.console.case import address, sheet
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.paper import paper_for
from app.console.questions import WAYS, has_asked, numbers_of
from app.console.site import ASite, Site
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

ANSWERS: Final = {"yes": True, "no": False}


@router.post("/permissions")
def record(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Write the answers down: each way that was asked about, the safe hours, and the number it is about."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=has_asked)
        mistake = _write(session, case, who, posted, at=now) if case else None
    if case is None:
        raise sight.no_such_case()
    if mistake:
        return _again(site, case, who, mistake, at=now)
    return RedirectResponse(f"{address(case)}#permissions", status_code=303)


def _write(session: Session, case: Case, who: SignedIn, posted: Mapping[str, str], *, at: datetime) -> str | None:
    """The key of a sentence when something is missing; then nothing was written."""
    said = {way: ANSWERS[posted[way]] for way in WAYS if posted.get(way) in ANSWERS}
    numbers = {content.id for content in numbers_of(session, case)}
    if not said:
        return "mistake.asked_nothing"
    if any(said.values()) and posted.get("hours") not in list(Hours):
        return "mistake.hours"
    if any(said.values()) and posted.get("about") not in numbers:
        return "mistake.number"
    hours = Hours(posted["hours"]) if posted.get("hours") in list(Hours) else Hours.ANY
    for way, allowed in said.items():
        about = posted["about"] if allowed else None
        case.permit(way, allowed=allowed, hours=hours, by=who.alias, at=at, content_id=about)
    return None


def _again(site: Site, case: Case, who: SignedIn, mistake: str, *, at: datetime) -> Response:
    with site.db.reading() as session:
        chosen = Chosen(mistakes={"asked": mistake})
        return sheet(session, case, paper_for(session, site, who, at=at), chosen=chosen, status=422)
