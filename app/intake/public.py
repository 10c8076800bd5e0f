"""The public face: start page, form, mailbox, accessibility. No cookie, no script needed, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from app.catalogue import FIRST_LANGUAGE
from app.clock import Clock
from app.db import Database
from app.intake import form, mailbox
from app.intake.reception import Desk
from app.intake.visit import AVisit, Site, Visit, preferred, site_of, visit_of
from app.intake.wording import languages as written_languages
from app.vault.receipts import Receipt
from app.web import Db, Now, Pages, Posted, Problem, new_face

_FOLDER = Path(__file__).parent / "pages"
_PROBLEMS = {404: "missing", 405: "missing", 413: "too_large"}

router = APIRouter(prefix="/{lang}")


def create_public(
    db: Database,
    clock: Clock,
    desk: Desk,
    *,
    public_url: str,
    line_number: str,
    languages: Sequence[str] = written_languages(),
    timezone: str = "Europe/Stockholm",
) -> FastAPI:
    """The surface `public`.

    `languages` are the programme's, those we have no sentences in left out; `line_number` is E.164;
    `timezone` is for telling a visitor when their words came in.
    """
    spoken = [language for language in languages if language in written_languages()] or [FIRST_LANGUAGE]
    face = new_face(db=db, clock=clock, public_url=public_url, problem_page=_problem_page)
    face.state.desk = desk
    face.state.site = Site(Pages(_FOLDER), spoken, line_number, timezone)
    face.mount("/assets", StaticFiles(directory=_FOLDER / "assets"))
    face.add_api_route("/", front)
    face.include_router(form.router)
    face.include_router(router)
    return face


def front(request: Request) -> RedirectResponse:
    """On to the start page in the language the browser asks for; every page links to the others."""
    return RedirectResponse(f"/{preferred(request, site_of(request).languages)}/", status_code=303)


@router.get("")
@router.get("/")
def start(visit: AVisit) -> HTMLResponse:
    """What this is and how to reach a person."""
    return visit.show("start")


@router.get("/accessibility")
def accessibility(visit: AVisit) -> HTMLResponse:
    """The statement the law asks for."""
    return visit.show("accessibility")


@router.get("/mailbox")
def closed_mailbox(visit: AVisit) -> HTMLResponse:
    """Where a receipt is typed. It is posted, so that it stands in no address and no history."""
    return visit.show("mailbox", letter=None, wrong=False)


@router.post("/mailbox")
def open_mailbox(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """How things stand for whoever holds the receipt. Wrong, unknown and unreadable ones are answered alike."""
    receipt = Receipt.parse(posted.get("receipt", ""))
    letter = mailbox.look(db, cast(Desk, request.app.state.desk), receipt, at=now) if receipt else None
    if letter is None:
        return visit.show("mailbox", status=422, letter=None, wrong=True)
    return visit.show("mailbox", letter=letter, wrong=False, received=_local(letter.received_at, visit))


def _local(moment: datetime, visit: Visit) -> str:
    local = moment.astimezone(ZoneInfo(visit.site.timezone))
    day = format_date(local.date(), "long", locale=visit.language)
    return f"{day} {format_time(local.time(), 'short', locale=visit.language)}"


def _problem_page(request: Request, problem: Problem) -> Response:
    """Says only what a visitor can do about it; the same sentence whoever asks."""
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else _PROBLEMS.get(problem.status, "unclear")
    return visit_of(request).show("problem", status=problem.status, kind=kind)
