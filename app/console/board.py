"""The board: what waits, how long is left, whose it is, what is asked of the reader next. It stays live by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.audit.log import record
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only, quietly
from app.console.paper import paper_for, rooms_of
from app.console.rows import board
from app.console.site import ASite, Site
from app.console.watch import Watch
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

LISTENS_FOR: Final = 30.0
"""Seconds of real time a stream stays open; the browser opens the next one, and is asked anew who it is."""

LOOKS_EVERY: Final = 1.0


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


@router.get("/events")
def events(site: ASite, who: Annotated[SignedIn, quietly(*CASE_ROLES)]) -> StreamingResponse:  # noqa: ARG001 - door
    """Says `changed` whenever the board would look different. Carries nothing else."""
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_changes(site.watch), media_type="text/event-stream", headers=headers)


async def _changes(watch: Watch) -> AsyncIterator[str]:
    hears_until = asyncio.get_running_loop().time() + LISTENS_FOR
    version = await run_in_threadpool(watch.version)
    yield f"retry: 1000\nevent: here\ndata: {version}\n\n"
    while asyncio.get_running_loop().time() < hears_until:
        await asyncio.sleep(LOOKS_EVERY)
        before, version = version, await run_in_threadpool(watch.version)
        yield ": \n\n" if version == before else f"event: changed\ndata: {version}\n\n"


def _board(site: Site, who: SignedIn, page: str, *, at: datetime) -> Response:
    with site.db.transaction() as session:
        record(session, at=at, by=who.alias, role=who.in_role(*CASE_ROLES), action="case.listed")
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        return paper.show(page, board=board(session, who, paper.times))
