"""The carrier's door: every address below /carrier/, signed, and answered with an empty body when something is wrong.

The carrier keeps the bodies of failed requests for a month and longer, so a refusal says nothing at
all; it makes the carrier turn to its fallback, which rings the standing chain without us.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from app.clock import Clock
from app.db import Database
from app.intake import callback, duty, ring, sms, voice
from app.intake.line import Line
from app.web import Problem, new_face


def create_carrier(*, db: Database, clock: Clock, line: Line) -> FastAPI:
    """The app behind the surface `carrier`."""
    face = new_face(db=db, clock=clock, public_url=line.public_url, problem_page=_say_nothing)
    face.state.line = line
    for door in (voice, ring, callback, sms, duty):
        face.include_router(door.router)
    return face


def _say_nothing(_request: Request, problem: Problem) -> Response:
    return Response(status_code=problem.status)
