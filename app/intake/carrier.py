"""The carrier's door: all below /carrier/, signed or tagged but for recordings; a refusal has an empty body.

The carrier keeps the bodies of failed requests for a month and longer, so a refusal says nothing at
all; it makes the carrier turn to its fallback, which rings the standing chain without us.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
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
from app.intake.away import doors as kept
from app.intake.away.meanwhile import Meanwhile
from app.intake.line import Line
from app.web import Problem, new_face

_CALLS = (voice, keys, ring, screen, kept, bridge, parting, callback, channels)
_ROOMS = (*_CALLS, sms, receipts, duty, elks, audio, silence)


def create_carrier(*, db: Database, clock: Clock, line: Line, meanwhile: Meanwhile) -> FastAPI:
    """The app behind the surface `carrier`. `meanwhile`: how it answers calls while the database is away."""
    face = new_face(db=db, clock=clock, public_url=line.public_url, problem_page=_say_nothing)
    face.state.line = line
    face.state.meanwhile = meanwhile
    face.state.tuning = audio.Tuning(db, clock, audio=f"{line.public_url}/carrier/audio")
    for room in _ROOMS:
        face.router.routes.extend(room.router.routes)
    return face


def _say_nothing(_request: Request, problem: Problem) -> Response:
    return Response(status_code=problem.status)
