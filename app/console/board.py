"""The board: what waits, how long is left, whose it is, what is asked of the reader next. It stays live by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.cases.pressing import Part
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only, quietly
from app.console.paper import paper_for, rooms_of
from app.console.rows import board, one_part
from app.console.site import ASite, Site
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

LISTENS_FOR: Final = 30.0
"""Seconds of real time a stream stays open; the browser opens the next one, and is asked anew who it is."""

FURTHEST: Final = 10_000
"""Pages."""


@router.get("/")
def home(site: ASite, now: Now, who: Annotated[SignedIn, only()]) -> Response:
    """The board, or whatever room somebody without cases begins in."""
    if who.may(*CASE_ROLES):
        return _board(site, who, "board", at=now)
    if rooms := rooms_of(who):
        return RedirectResponse(rooms[0][1], status_code=303)
    with site.db.reading() as session:
        return paper_for(session, site, who, at=now).show("nothing")


@router.get("/board")
def fragment(site: ASite, now: Now, who: Annotated[SignedIn, quietly(*CASE_ROLES)]) -> Response:
    """The board alone, for a page that is open already."""
    return _board(site, who, "board_rows", at=now)


@router.get("/parts/{part}")
def further(
    part: Part,
    site: ASite,
    now: Now,
    who: Annotated[SignedIn, only(*CASE_ROLES)],
    page: Annotated[int, Query(ge=0, le=FURTHEST)] = 0,
) -> Response:
    """What there is of one part beyond what the board shows."""
    _note(site, who, at=now)
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        return paper.show("part", board=one_part(session, who, paper.times, part, page))


@router.get("/events", response_class=EventSourceResponse)
async def events(
    site: ASite,
    who: Annotated[SignedIn, quietly(*CASE_ROLES)],  # noqa: ARG001 - door
) -> AsyncIterator[ServerSentEvent]:
    """Says `changed` whenever the board would look different. Carries nothing else."""
    event = "here"
    async for edition in site.teller.editions(lasts=LISTENS_FOR):
        yield ServerSentEvent(raw_data=edition, event=event, retry=1000)
        event = "changed"


def _board(site: Site, who: SignedIn, page: str, *, at: datetime) -> Response:
    _note(site, who, at=at)
    edition = site.teller.edition()  # before the board is read: what changes meanwhile has another
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        return paper.show(page, board=board(session, who, paper.times), edition=edition)


def _note(site: Site, who: SignedIn, *, at: datetime) -> None:
    with site.db.transaction() as session:
        record(session, at=at, by=who.alias, role=who.in_role(*CASE_ROLES), action="case.listed")
