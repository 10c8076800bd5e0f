"""Every part the pages are made of, shown once, with when to use it: for whoever makes the next page or judges one."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.cases.first_contact import Standing
from app.console.doors import SignedIn, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite
from app.web import Now

router = APIRouter(prefix="/console/style", dependencies=[Depends(from_our_pages)])

LEFT: Final = timedelta(hours=9)
LATE: Final = timedelta(minutes=-40)


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only()]) -> Response:
    """The page. The cases on it are none: their clocks are counted from now."""
    samples = [
        SimpleNamespace(opened_at=now + left - timedelta(hours=24), due_at=now + left, overdue=left < timedelta(0))
        for left in (LEFT, LATE)
    ]
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        return paper.show("style", samples=samples, standings=[each.value for each in Standing])
