"""The holder's shift ends and the case does not: it goes on to the next, unless they keep it."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.site import ASite
from app.web import Now

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/keep")
def keep(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Keep the case beyond the end of one's shift. Only whoever holds it can; the grace goes on as before."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=holds)
        if case and case.awaits_contact:
            case.keep(by=who.person(session), at=now)
    if case is None:
        raise sight.no_such_case()
    return RedirectResponse(address(case), status_code=303)


def holds(case: Case, who: SignedIn) -> bool:
    """Whether they have taken it and still have it."""
    return case.hold is not None and case.hold.person_id == who.person_id and sight.keeps(case, who)
