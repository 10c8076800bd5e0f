"""The console's app: the only face that opens cases."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from app.clock import Clock
from app.console import (
    asking,
    board,
    breach,
    bridge,
    case,
    channels,
    conflict,
    deeds,
    keeping,
    letters,
    letting_in,
    link,
    log,
    passphrase,
    proving,
    reveal,
    roster,
    roster_deeds,
    senior,
    session,
    statistics,
    talk,
    tap,
    writing,
)
from app.console.answered import answered, only_then
from app.console.attending import Attending
from app.console.opening import HeldByServer, RotaKey
from app.console.pad import TEXTS
from app.console.session import SIGN_IN, preferred
from app.console.site import Site
from app.console.times import length
from app.console.watch import Watch
from app.console.wording import language_name, languages_read, number_read, say
from app.db import Database
from app.settings import PUSH_SERVICES
from app.vault.keyring import Keyring
from app.web import Cookie, Pages, Problem, new_face

_FOLDER = Path(__file__).parent / "pages"
_PAGES = Pages(
    _FOLDER,
    number=number_read,
    language_name=language_name,
    spoken=languages_read,
    length=length,
    texts_say=TEXTS.say,
    answered=answered,
    only_then=only_then,
)
_PROBLEMS = {401: "signed_out", 403: "forbidden", 404: "missing", 405: "missing", 413: "too_large"}

_ROOMS = APIRouter()
"""Put together once: what FastAPI works out about a route serves every app that has it."""

for _room in (
    session,
    board,
    case,
    deeds,
    tap,
    conflict,
    breach,
    keeping,
    link,
    senior,
    reveal,
    bridge,
    talk,
    writing,
    letters,
    asking,
    roster,
    roster_deeds,
    channels,
    proving,
    passphrase,
    letting_in,
    log,
    statistics,
):
    _ROOMS.include_router(_room.router)


def create_console(
    db: Database,
    clock: Clock,
    keyring: Keyring,
    *,
    public_url: str,
    door_clock: Clock | None = None,
    attending: Attending | None = None,
    rota: RotaKey | None = None,
    push_services: tuple[str, ...] = PUSH_SERVICES,
) -> FastAPI:
    """The surface `console`. Its addresses are whole: `/console/…`.

    `rota` opens cases; without one `keyring` holds the rota key's private half. `door_clock` times links and sign-ins;
    a demo whose clock runs fast gives the wall's, so that nobody is signed out after three seconds. Without somebody
    `attending` calls are made by hand.
    """
    face = new_face(db=db, clock=clock, public_url=public_url, problem_page=_problem_page)
    face.state.site = Site(
        db=db,
        clock=clock,
        door_clock=door_clock or clock,
        pages=_PAGES,
        cookie=Cookie("dygnet", https=public_url.startswith("https://")),
        lock=Cookie("dygnet-lock", https=public_url.startswith("https://")),
        keyring=keyring,
        rota=rota or HeldByServer(keyring),
        watch=Watch(db, clock),
        attending=attending,
        push_services=push_services,
    )
    face.mount("/console/assets", StaticFiles(directory=_FOLDER / "assets"))
    face.router.routes.extend(_ROOMS.routes)
    return face


def _problem_page(request: Request, problem: Problem) -> Response:
    """What happened, whether anything was lost, and what to do now; a page without a sign-in leads to it."""
    if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return RedirectResponse(f"{SIGN_IN}?next={quote(request.url.path)}", status_code=303)
    who = getattr(request.state, "who", None)
    language = who.language if who else preferred(request)
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else _PROBLEMS.get(problem.status, "unclear")
    return cast(Site, request.app.state.site).pages.answer(
        "problem.html",
        status=problem.status,
        page="problem",
        language=language,
        say=partial(say, language),
        kind=kind,
        changed_nothing=request.method == "POST",
    )
