"""Our form with less behind it, for comparison: read, checked and answered by the product's own code.

`/contact/plain` receives it as ours does, without a receipt. `/contact/reduced` and `/contact/reduced-plain` keep it in
one unsealed row instead of receiving it, with a receipt and without: the same form reduced to one unsealed insert.
"""

from __future__ import annotations

from typing import cast

from fastapi import Request
from sqlalchemy import text
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from app.intake import drawn
from app.intake.answers import Answers
from app.intake.approach import Approach
from app.intake.crowd import LetIn
from app.intake.form import _ours
from app.intake.reception import Desk, receive, way_back
from app.intake.visit import AVisit
from app.main import Doors, from_environment
from app.settings import Surface
from app.vault.receipts import Receipt, mark_of, receipt_from
from app.web import Db, Now, Posted

INSERT = text("INSERT INTO bare_forms VALUES (:mark, :verifier, :number, :message)")


def doors() -> ASGIApp:
    """The public surface with three doors more."""
    served = from_environment()
    public = cast(Doors, served.app).surfaces[Surface.PUBLIC]
    for address, door in (("plain", plain), ("reduced", reduced), ("reduced-plain", reduced_plain)):
        public.add_api_route(f"/{{lang}}/contact/{address}", door, methods=["POST"])
    return served


def plain(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn) -> HTMLResponse:
    """Received, and no receipt made."""
    desk, answers = cast(Desk, request.app.state.desk), Answers.read(posted)
    approach = _read(desk, visit, answers, db, now, None)
    with db.transaction() as session:
        receive(session, desk, approach, at=now)
    return _shown(visit, answers, receipt_from(answers.token))


def reduced(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn) -> HTMLResponse:
    """One row, with the verifier of its receipt."""
    desk, answers = cast(Desk, request.app.state.desk), Answers.read(posted)
    receipt = receipt_from(answers.token)
    return _inserted(visit, answers, _read(desk, visit, answers, db, now, receipt), db)


def reduced_plain(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn) -> HTMLResponse:
    """One row."""
    desk, answers = cast(Desk, request.app.state.desk), Answers.read(posted)
    return _inserted(visit, answers, _read(desk, visit, answers, db, now, None), db)


def _read(desk: Desk, visit: AVisit, answers: Answers, db: Db, now: Now, receipt: Receipt | None) -> Approach:
    if answers.mistakes(nobodys=_ours(db)):
        raise ValueError("the benchmark sends valid forms")
    doubt = answers.doubt(drawn.drawn_at(desk.index_keys, answers.nonce), at=now)
    back = way_back(desk, receipt) if receipt else None
    return answers.approach(language=visit.spoken, way_back=back, doubt=doubt)


def _inserted(visit: AVisit, answers: Answers, approach: Approach, db: Db) -> HTMLResponse:
    verifier = approach.way_back.verifier if approach.way_back else ""
    number = approach.callback.number if approach.callback else None
    row = {"mark": mark_of(answers.nonce), "verifier": verifier, "number": number, "message": approach.message}
    with db.transaction() as session:
        session.execute(INSERT, row)
    return _shown(visit, answers, receipt_from(answers.token))


def _shown(visit: AVisit, answers: Answers, receipt: Receipt) -> HTMLResponse:
    return visit.show("receipt", receipt=receipt, danger=answers.danger, wants_contact=answers.wants_contact)
