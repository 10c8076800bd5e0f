"""The forms: one page each, no script needed, and nothing said to be received before it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.cases import profile
from app.db import Database
from app.intake import drawn, riddle
from app.intake.answers import LONGEST_MESSAGE, Answers, AtWork, Mistake
from app.intake.crowd import Crowd, LetIn
from app.intake.incoming import stand_for_many
from app.intake.reception import Desk, receive, way_back
from app.intake.visit import AVisit, Visit
from app.vault.receipts import receipt_from
from app.web import Db, Now, Posted

router = APIRouter(prefix="/{lang}")

TRY_AGAIN: Final = "60"
"""Seconds after which whoever found the line too long may send the form again."""

_PAGE_OF: Final = {Answers: "contact", AtWork: "work"}


@router.get("/contact")
def ask(request: Request, visit: AVisit, now: Now, p: str = "") -> HTMLResponse:
    """The empty form. `p`: from which start page; whoever comes from the one for relatives need not say so again."""
    answers = Answers.empty(nonce=_mark(request, at=now), role="relative" if p == "3" else "")
    return _form(request, visit, answers)


@router.post("/contact")
def take_in(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, let_in: LetIn) -> HTMLResponse:
    """Receive the answers and show the receipt, this once; or the form again, with what to put right."""
    return _received(request, visit, Answers.read(posted), db, let_in=let_in, at=now)


@router.get("/work")
def ask_a_professional(request: Request, visit: AVisit, now: Now) -> HTMLResponse:
    """The empty form for somebody who comes in their work."""
    return _form(request, visit, AtWork.empty(nonce=_mark(request, at=now), role="professional"))


@router.post("/work")
def take_in_from_a_professional(
    request: Request, visit: AVisit, posted: Posted, db: Db, now: Now, let_in: LetIn
) -> HTMLResponse:
    """The same for what a professional sent."""
    answers = AtWork.read({**posted, "role": "professional"})
    return _received(request, visit, answers, db, let_in=let_in, at=now)


def _received(
    request: Request, visit: Visit, answers: Answers, db: Database, *, let_in: bool, at: datetime
) -> HTMLResponse:
    desk = cast(Desk, request.app.state.desk)
    drawn_at = drawn.drawn_at(desk.index_keys, answers.nonce)
    mistakes = answers.mistakes(nobodys=_ours(db)) if let_in else []
    if mistakes or not let_in:
        has_paid = cast(Crowd, request.app.state.crowd).spent.has(answers.nonce)
        if drawn_at is None or (mistakes and has_paid):
            answers = replace(answers, nonce=_mark(request, at=at))
        return _form(request, visit, answers, mistakes, crowded=not let_in)
    receipt = receipt_from(answers.token)
    doubt = answers.doubt(drawn_at, at=at)
    approach = answers.approach(language=visit.spoken, way_back=way_back(desk, receipt), doubt=doubt)
    with db.transaction() as session:
        receive(session, desk, approach, at=at)
    return visit.show("receipt", receipt=receipt, danger=answers.danger, wants_contact=answers.wants_contact)


def _ours(db: Database) -> set[str]:
    with db.reading() as session:
        return stand_for_many(session)


def _mark(request: Request, *, at: datetime) -> str:
    return drawn.mark(cast(Desk, request.app.state.desk).index_key, at=at)


def _form(
    request: Request, visit: Visit, answers: Answers, mistakes: Sequence[Mistake] = (), *, crowded: bool = False
) -> HTMLResponse:
    """The form as far as it is filled in. During a flood with a riddle, for a browser that runs our script."""
    flooded = crowded or cast(Crowd, request.app.state.crowd).is_flooded
    page = visit.show(
        _PAGE_OF[type(answers)],
        status=503 if crowded else 422 if mistakes else 200,
        places=visit.site.places,
        most=LONGEST_MESSAGE,
        crowded=crowded,
        riddle=riddle.BITS if flooded else 0,
        **asked(answers, mistakes),
    )
    if crowded:
        page.headers["retry-after"] = TRY_AGAIN
    return page


def asked(answers: Answers, mistakes: Sequence[Mistake]) -> dict[str, Any]:
    """What the questions of a page are drawn from: the answers so far, what is wrong with them, the lists to choose
    from."""
    by_field = {mistake.field: mistake for mistake in mistakes}
    return {"answers": answers, "mistakes": by_field, "chosen": profile.CHOSEN, "written": profile.WRITTEN}
