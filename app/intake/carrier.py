"""The carrier's door: all below /carrier/, signed or tagged but for recordings; a refusal has an empty body.

The carrier keeps the bodies of failed requests for a month and longer, so a refusal says nothing at
all; it makes the carrier turn to its fallback, which rings the standing chain without us.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response

from app.clock import Clock
from app.db import Database
from app.intake import (
    audio,
    bridge,
    callback,
    channels,
    duty,
    elks,
    keys,
    parting,
    receipts,
    ring,
    screen,
    silence,
    sms,
    voice,
)
from app.intake.line import Line
from app.web import Problem, new_face

_ROOMS = APIRouter()
"""Put together once: what FastAPI works out about a route serves every app that has it."""

for _room in (voice, keys, ring, screen, bridge, parting, callback, channels, sms, receipts, duty, elks):
    _ROOMS.include_router(_room.router, dependencies=[Depends(audio.tuned_in)])
_ROOMS.include_router(audio.router)
_ROOMS.include_router(silence.router)


def create_carrier(*, db: Database, clock: Clock, line: Line) -> FastAPI:
    """The app behind the surface `carrier`."""
    face = new_face(db=db, clock=clock, public_url=line.public_url, problem_page=_say_nothing)
    face.state.line = line
    face.state.tuning = audio.Tuning(db, clock, audio=f"{line.public_url}/carrier/audio")
    face.router.routes.extend(_ROOMS.routes)
    return face


def _say_nothing(_request: Request, problem: Problem) -> Response:
    return Response(status_code=problem.status)
