"""The addresses that a call answered without the database goes on with. None of them asks the database anything.

They go on answering when it is back in the middle of such a call: then they know all that they knew before.
"""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.errors import NoSuchPage
from app.intake.away import answers
from app.intake.away.answers import Answer
from app.intake.away.meanwhile import Meanwhile
from app.intake.away.route import said_without
from app.intake.line import verified_form

router = APIRouter(prefix="/carrier/kept")


@router.post("/ring")
async def ring(request: Request) -> Response:
    """The telephone at the place of the kept roster that `n` names, or the next that may be rung."""
    return await _said(request, answers.ring_next)


@router.post("/screen")
async def screen(request: Request) -> Response:
    """A handler's telephone was picked up."""
    return await _said(request, answers.screen)


@router.post("/screen/key")
async def key(request: Request) -> Response:
    """They pressed a key."""
    return await _said(request, answers.accept)


async def _said(request: Request, answer: Answer) -> Response:
    """What the usual doors answer whoever has no business there they answer too, and nothing where nothing is kept."""
    roster = cast(Meanwhile, request.app.state.meanwhile).roster
    if roster is None:
        await verified_form(request)
        raise NoSuchPage("Nothing is kept here.")
    return await said_without(request, answer, roster)
