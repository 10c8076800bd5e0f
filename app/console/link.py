"""Where the link in a page leads. Whoever is not signed in is asked to, and comes back here; good or not, used or not,
nobody can tell before that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.cases.queries import going_on
from app.console.case import address
from app.console.doors import SignedIn, only
from app.console.session import HOME
from app.console.site import ASite
from app.notifications import links, outbox
from app.web import Now

router = APIRouter(prefix="/console/l")


@router.get("/{token}")
def follow(token: str, site: ASite, now: Now, who: Annotated[SignedIn, only()]) -> Response:
    """On to the case they were paged about, once; unknown, used, over and somebody else's lead to the beginning."""
    with site.db.transaction() as session:
        page = links.follow(session, token, person_id=who.person_id, at=now)
        case = going_on(session, page.case_id) if page and page.case_id else None
        if case:
            outbox.acknowledge(session, case_id=case.id, person_id=who.person_id, at=now)
            case.log("page.followed", by=who.alias, at=now)
    return RedirectResponse(address(case) if case else HOME, status_code=303)
