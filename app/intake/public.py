"""The public face: start pages, form, mailbox, and what one may want to know. No cookie, no script needed, nothing
from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from app.clock import Clock
from app.db import Database
from app.intake import form, handover, leaving, mailbox, mailbox_copying, reading
from app.intake.answers import LONGEST_TYPED
from app.intake.crowd import Crowd
from app.intake.mailbox_pace import Pace
from app.intake.reception import Desk
from app.intake.responsible import BoardsOn, nobody_known
from app.intake.visit import Site, preferred, site_of, visit_of
from app.intake.wording import languages as written_languages
from app.intake.wording import written_in
from app.settings import THE_WEATHER
from app.web import Pages, Problem, new_face

FOLDER = Path(__file__).parent / "pages"
PAGES = Pages(
    FOLDER,
    longest_typed=LONGEST_TYPED,
    exit_script=Markup(leaving.SCRIPT),  # noqa: S704 - a file of ours, as the next
    copy_script=Markup(mailbox_copying.SCRIPT),  # noqa: S704
)
_PROBLEMS = {404: "missing", 405: "missing", 413: "too_large"}


def create_public(
    db: Database,
    clock: Clock,
    desk: Desk,
    *,
    public_url: str,
    line_number: str,
    languages: Sequence[str] = written_languages(),
    timezone: str = "Europe/Stockholm",
    places: Sequence[str] = (),
    boards_on: BoardsOn = nobody_known,
    exit_url: str = THE_WEATHER,
    onion_url: str | None = None,
    address_header: str | None = None,
) -> FastAPI:
    """The surface `public`.

    `languages` are the programme's, those we have no sentences in left out, each with its easier variants;
    `line_number` is E.164; `timezone` is for telling a visitor when their words came in; a visitor may choose among
    `places` where there are any, and reads who is responsible for what they tell (`boards_on`). The quick exit leads
    to `exit_url`; Tor Browser is told of `onion_url`. `address_header`: where a proxy in front of us says whom it
    speaks for.
    """
    face = new_face(
        db=db,
        clock=clock,
        public_url=public_url,
        problem_page=_problem_page,
        written_in_the_page=[leaving.SCRIPT, mailbox_copying.SCRIPT],
    )
    face.state.desk, face.state.pace, face.state.crowd = desk, Pace(), Crowd(address_header)
    face.state.site = Site(
        PAGES, written_in(languages), line_number, timezone, tuple(places), exit_url, boards_on, onion_url
    )
    face.mount("/assets", StaticFiles(directory=FOLDER / "assets"))
    face.add_api_route("/", front)
    for room in (handover, form, mailbox, leaving, reading):  # the last one has an address that any word would fit
        face.include_router(room.router)
    return face


def front(request: Request) -> RedirectResponse:
    """On to the start page in the language the browser asks for; every page links to the others."""
    return RedirectResponse(f"/{preferred(request, site_of(request).languages)}/", status_code=303)


def _problem_page(request: Request, problem: Problem) -> Response:
    """Says only what a visitor can do about it; the same sentence whoever asks."""
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else _PROBLEMS.get(problem.status, "unclear")
    return visit_of(request).show("problem", status=problem.status, kind=kind)
