"""One's account at the city's identity provider, from the page of one's ways in: bound, shown as proof, taken away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.console.account import HERE, page
from app.console.account_factors import ABeginner, must_stay
from app.console.doors import SignedIn, deed, from_our_pages, grave
from app.console.provider import away
from app.console.site import ASite
from app.staff import provider_accounts, provider_visits
from app.web import Now

router = APIRouter(prefix="/console/account/provider", dependencies=[Depends(from_our_pages)])


@router.post("")
def bind(request: Request, site: ASite, who: ABeginner) -> Response:
    """Out, to come back with the account that is to be theirs."""
    return away(request, site, provider_visits.BIND, session_id=who.hand.session_id)


@router.post("/proof")
def prove(request: Request, site: ASite, who: Annotated[SignedIn, deed(before_a_factor=True)]) -> Response:
    """Out, to show the provider once more who they are: in a tab of its own, so that what waits for it is not lost."""
    return away(request, site, provider_visits.PROVE, session_id=who.hand.session_id)


@router.post("/removal")
def take_away(site: ASite, now: Now, who: Annotated[SignedIn, grave()]) -> Response:
    """It signs nobody in any more."""
    with site.db.transaction() as session:
        bound = provider_accounts.is_bound(session, who.person_id, site.issuer)
        if bound and (site.provider_only or must_stay(session, site, who)):
            return page(site, who, at=now, mistake="last", status=422)
        provider_accounts.take_away(session, who.person(session), at=site.at_the_door(), by=who.alias)
    return RedirectResponse(HERE, status_code=303)
