"""The forms: one page each, no script needed, and nothing said to be received before it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.cases import profile
from app.db import Database
from app.intake.answers import LONGEST_MESSAGE, Answers, AtWork, Mistake
from app.intake.crowd import LetIn
from app.intake.incoming import stand_for_many
from app.intake.reception import Desk, receive, way_back
from app.intake.visit import AVisit, Visit
from app.vault.receipts import receipt_from
from app.web import Db, Now, Posted

router = APIRouter(prefix="/{lang}")

_PAGE_OF = {Answers: "contact", AtWork: "work"}


@router.get("/contact")
def ask(visit: AVisit, p: str = "") -> HTMLResponse:
    """The empty form. `p`: from which start page; whoever comes from the one for relatives need not say so again."""
    return _form(visit, Answers.empty(role="relative" if p == "3" else ""), mistakes=[])


@router.post("/contact")
def take_in(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn) -> HTMLResponse:
    """Receive the answers and show the receipt, this once; or the form again, with what to put right."""
    return _received(request, visit, Answers.read(posted), db, now)


@router.get("/work")
def ask_a_professional(visit: AVisit) -> HTMLResponse:
    """The empty form for somebody who comes in their work."""
    return _form(visit, AtWork.empty(role="professional"), mistakes=[])


@router.post("/work")
def take_in_from_a_professional(
    request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, _: LetIn
) -> HTMLResponse:
    """The same for what a professional sent."""
    return _received(request, visit, AtWork.read({**posted, "role": "professional"}), db, now)


def _received(request: Request, visit: Visit, answers: Answers, db: Database, now: Now) -> HTMLResponse:
    if mistakes := answers.mistakes(nobodys=_ours(db)):
        return _form(visit, answers, mistakes=mistakes)
    desk = cast(Desk, request.app.state.desk)
    receipt = receipt_from(answers.token)
    approach = answers.approach(language=visit.spoken, way_back=way_back(desk, receipt))
    with db.transaction() as session:
        receive(session, desk, approach, at=now)
    return visit.show("receipt", receipt=receipt, danger=answers.danger, wants_contact=answers.wants_contact)


def _ours(db: Database) -> set[str]:
    with db.reading() as session:
        return stand_for_many(session)


def _form(visit: Visit, answers: Answers, *, mistakes: list[Mistake]) -> HTMLResponse:
    return visit.show(
        _PAGE_OF[type(answers)],
        status=422 if mistakes else 200,
        places=visit.site.places,
        most=LONGEST_MESSAGE,
        **asked(answers, mistakes),
    )


def asked(answers: Answers, mistakes: Sequence[Mistake]) -> dict[str, Any]:
    """What the questions of a page are drawn from: the answers so far, what is wrong with them, the lists to choose
    from."""
    by_field = {mistake.field: mistake for mistake in mistakes}
    return {"answers": answers, "mistakes": by_field, "chosen": profile.CHOSEN, "written": profile.WRITTEN}
