"""The door for other houses: a sealed package, or the receipt for one of ours. Anybody may knock; who is let in signs.

Nothing about a person stands in the address, and nothing is opened behind it. Whoever knocks is told what was taken in,
by its digest, or why it was not; a refusal says nothing about anybody either.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from app.errors import DygnetError
from app.intake.handing_over import take_in
from app.intake.reception import Desk
from app.web import Db, Now, Posted

router = APIRouter()


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@router.post("/handover")
def hand_in(desk: Annotated[Desk, Depends(_desk)], db: Db, posted: Posted, now: Now) -> JSONResponse:
    """Take a text in: 200 with its package's id and its digest, also for one that came before; 422 says why not."""
    try:
        taken = take_in(db, desk, posted.get("text", ""), at=now)
    except DygnetError as problem:
        return JSONResponse({"why": str(problem)}, status_code=problem.status)
    return JSONResponse({"package": taken.package, "digest": taken.digest})
