"""The form: one page, no script needed, and nothing said to be received before it is."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.intake.answers import LONGEST_MESSAGE, Answers, Mistake
from app.intake.incoming import stand_for_many
from app.intake.reception import Desk, receive, way_back
from app.intake.visit import AVisit, Visit
from app.vault.receipts import receipt_from
from app.web import Db, Now, Posted

router = APIRouter(prefix="/{lang}/contact")


@router.get("")
def ask(visit: AVisit) -> HTMLResponse:
    """The empty form."""
    return _form(visit, Answers.empty(), mistakes=[])


@router.post("")
def take_in(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """Receive the answers and show the receipt, this once; or the form again, with what to put right."""
    answers = Answers.read(posted)
    if mistakes := answers.mistakes(nobodys=_ours(db)):
        return _form(visit, answers, mistakes=mistakes)
    desk = cast(Desk, request.app.state.desk)
    receipt = receipt_from(answers.token)
    approach = answers.approach(language=visit.language, way_back=way_back(desk, receipt))
    with db.transaction() as session:
        receive(session, desk, approach, at=now)
    return visit.show("receipt", receipt=receipt, danger=answers.danger, wants_contact=answers.wants_contact)


def _ours(db: Db) -> set[str]:
    with db.reading() as session:
        return stand_for_many(session)


def _form(visit: Visit, answers: Answers, *, mistakes: list[Mistake]) -> HTMLResponse:
    return visit.show(
        "contact",
        status=422 if mistakes else 200,
        answers=answers,
        mistakes={mistake.field: mistake for mistake in mistakes},
        most=LONGEST_MESSAGE,
    )
