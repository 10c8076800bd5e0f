"""The roster: who answers now and next, the hours that nobody stands for, what one may change. Aliases only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.audit.log import record
from app.console.doors import ROSTER_ROLES, SignedIn, from_our_pages, only
from app.console.roster_forms import NOTHING, wish
from app.console.roster_page import page
from app.console.site import ASite
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])


@router.get("/roster")
def show(
    site: ASite,
    now: Now,
    who: Annotated[SignedIn, only(*ROSTER_ROLES)],
    tier: str = "",
    starts: str = "",
    ends: str = "",
) -> Response:
    """Who is on call now and next, what is missing in the coming week, and the reader's own turns.

    `tier`, `starts` and `ends` fill in who stands in: that is how a gap in the month leads here.
    """
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*ROSTER_ROLES), action="roster.read")
    with site.db.reading() as session:
        gap = wish("override", {"tier": tier, "starts": starts, "ends": ends}) if tier else NOTHING
        return page(session, site, who, at=now, wish=gap)
