"""Linking two cases of one event. Only somebody who may see both can; anything else looks like a case that is not."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.cases import links
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import from_our_pages
from app.console.forms import Chosen
from app.console.site import ASite
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

LONGEST = 16
"""Signs of a reference that is kept to be typed again; those there are have four or five."""


@router.post("/links")
def link(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Say that another case is about the same event."""
    typed = posted.get("other", "").strip()[:LONGEST]
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.sees)
        other = sight.find(session, typed, who) if case else None
        if case and other and other.id != case.id:
            links.link(session, case, other, by=who.alias, at=now)
        elif case:
            sight.refuse(session, typed, who, at=now)
    if case is None:
        raise sight.no_such_case()
    if other is None or other.id == case.id:
        wrong = Chosen(other=typed, mistakes={"other": "mistake.link"})
        return page_again(site, case, who, wrong, at=now)
    return RedirectResponse(f"{address(case)}#links", status_code=303)
