"""What the person said, in a conversation, about being contacted from now on. It is asked anew every time.

Only who has spoken with them can write it down. Whatever was not asked about stays as it was, unless the number is
another: leave is given for one number, and does not follow the person to the next.
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
from app.cases.queries import joined_into
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.next_step import newest
from app.console.questions import WAYS, has_asked, numbers_of
from app.console.site import ASite
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

ANSWERS: Final = {"yes": True, "no": False}


@router.post("/permissions")
def record(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Write the answers down: each way that was asked about, the safe hours, and the number it is about."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=has_asked)
        wrong = _write(session, case, who, posted, at=now) if case else {}
    if case is None:
        raise sight.no_such_case()
    if wrong:
        return page_again(site, case, who, Chosen(asked=posted, mistakes=wrong), at=now)
    return RedirectResponse(f"{address(case)}#permissions", status_code=303)


def _write(session: Session, case: Case, who: SignedIn, posted: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """What is missing: a field and the key of a sentence. Then nothing was written."""
    if case.closure or case.join:
        return {"closed": "mistake.closed"}
    said = {way: ANSWERS[posted[way]] for way in WAYS if posted.get(way) in ANSWERS}
    if wrong := _missing(session, case, said, posted):
        return wrong
    hours = Hours(posted["hours"]) if posted.get("hours") in list(Hours) else Hours.ANY
    about = posted["about"] if any(said.values()) else None
    if about:
        said |= dict.fromkeys(_left_behind(session, case, said, about), False)
    for way, allowed in said.items():
        number = about if allowed else None
        case.permit(way, allowed=allowed, hours=hours, by=who.alias, at=at, content_id=number)
    return {}


def _missing(session: Session, case: Case, said: Mapping[str, bool], posted: Mapping[str, str]) -> dict[str, str]:
    if not said:
        return {"asked": "mistake.asked_nothing"}
    wrong = {}
    if any(said.values()) and posted.get("hours") not in list(Hours):
        wrong["hours"] = "mistake.hours"
    if any(said.values()) and posted.get("about") not in {content.id for content in numbers_of(session, case)}:
        wrong["about"] = "mistake.number"
    return wrong


def _left_behind(session: Session, case: Case, said: Mapping[str, bool], about: str) -> list[str]:
    """Ways that were not asked about and are allowed on another number: who has a new one has left the old one, and
    whoever picks up there now never said yes (`safety.md` section 1)."""
    wishes = [wish for one in (case, *joined_into(session, case)) for wish in one.wishes]
    last = {way: newest(wishes, way) for way in WAYS if way not in said}
    return [way for way, wish in last.items() if wish and wish.allowed and wish.about != about]
