"""Our form without its receipt, for comparison: everything else that is done with one is done here as well."""

from __future__ import annotations

from typing import cast

from fastapi import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from app.intake import drawn
from app.intake.answers import Answers
from app.intake.crowd import LetIn
from app.intake.form import _ours
from app.intake.reception import Desk, receive
from app.intake.visit import AVisit
from app.main import Doors, from_environment
from app.settings import Surface
from app.web import Db, Now, Posted


def without_receipt() -> ASGIApp:
    """The public surface with one door more."""
    served = from_environment()
    house = cast(Doors, served.app)
    house.surfaces[Surface.PUBLIC].add_api_route("/{lang}/contact/plain", take_in, methods=["POST"])
    return served


def take_in(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn) -> HTMLResponse:
    desk, answers = cast(Desk, request.app.state.desk), Answers.read(posted)
    if answers.mistakes(nobodys=_ours(db)):
        raise ValueError("the benchmark sends valid forms")
    doubt = answers.doubt(drawn.drawn_at(desk.index_keys, answers.nonce), at=now)
    with db.transaction() as session:
        receive(session, desk, answers.approach(language=visit.spoken, way_back=None, doubt=doubt), at=now)
    return visit.show("mailbox_done", address="", sentence="mailbox.answered")
