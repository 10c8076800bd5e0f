"""The public pages while they cannot be built, because the process began without the database: the way out, and calm
words in the visitor's language with the line's number, at every address."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.clock import Clock
from app.db import Database
from app.intake import leaving
from app.intake.public import FOLDER, PAGES
from app.intake.responsible import nobody_known
from app.intake.visit import Site, visit_of
from app.intake.wording import languages
from app.web import Problem, new_face
from app.web.later import shut


def shut_public(db: Database, clock: Clock, line_number: str, *, public_url: str, exit_url: str) -> FastAPI:
    """`line_number`: E.164, by the kept roster; empty where none is kept. The programme's languages are not known, so
    every one that there is a file for is spoken."""
    face = new_face(
        db=db, clock=clock, public_url=public_url, problem_page=_say_so, written_in_the_page=[leaving.SCRIPT]
    )
    face.state.site = Site(PAGES, languages(), line_number, "", (), exit_url, nobody_known, None)
    face.mount("/assets", StaticFiles(directory=FOLDER / "assets"))
    face.include_router(leaving.router)
    face.mount("/", shut(_say_so))
    return face


def _say_so(request: Request, problem: Problem) -> Response:
    return visit_of(request).show("problem", status=problem.status, kind="broken")
