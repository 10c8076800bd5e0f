"""The console while it cannot be built, because the process began without the database: a page that says so."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.clock import Clock
from app.console.console import FOLDER, PAGES
from app.console.session import preferred
from app.console.wording import say
from app.db import Database
from app.web import Problem, new_face
from app.web.later import shut


def shut_console(db: Database, clock: Clock, *, public_url: str, is_rung: bool) -> FastAPI:
    """`is_rung`: whoever calls the line reaches whoever is on call, by the kept roster."""

    def say_so(request: Request, problem: Problem) -> Response:
        language = preferred(request)
        return PAGES.answer(
            "shut.html", status=problem.status, language=language, say=partial(say, language), is_rung=is_rung
        )

    face = new_face(db=db, clock=clock, public_url=public_url, problem_page=say_so)
    face.mount("/console/assets", StaticFiles(directory=FOLDER / "assets"))
    face.mount("/", shut(say_so))
    return face
