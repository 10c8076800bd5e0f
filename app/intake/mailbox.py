"""The mailbox: who holds a receipt reads what a handler wrote, answers, says anew how to be reached, takes it back.

A receipt is posted and never stands in an address or in a page. What is done in an open mailbox is done with a ticket
that can write for an hour and read nothing; to read again the receipt is typed again.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.cases import profile
from app.cases.letters import LONGEST
from app.cases.mailboxes import Kind
from app.cases.permissions import EVERY_DAY
from app.intake import mailbox_deeds, mailbox_inside
from app.intake.answers import Answers
from app.intake.form import asked
from app.intake.incoming import stand_for_many
from app.intake.mailbox_deeds import Written
from app.intake.mailbox_inside import Inside
from app.intake.mailbox_pace import InTurn
from app.intake.reception import Desk, way_back
from app.intake.visit import AVisit, Visit
from app.vault.receipts import receipt_from
from app.web import Db, Now, Posted

router = APIRouter(prefix="/{lang}")

DECOYS: Final = 3
"""How many harmless answers there are (`decoy.1` …): one looks no more like a form than another."""

_WISHES: Final = ("contact", "number", "hours", "since", "code_word")

_ALL_WISHES: Final = frozenset(
    {"contact", "number", "hours", "since", "until", "voicemail", *profile.CHOSEN, *profile.WRITTEN}
    | {f"day_{day}" for day in EVERY_DAY}
)
"""The fields in which somebody says how they may be reached."""


@router.get("/mailbox")
def closed(visit: AVisit) -> HTMLResponse:
    """Where a receipt is typed."""
    return _receipt_wanted(visit, {}, status=200)


@router.post("/mailbox")
def open_it(request: Request, visit: AVisit, tried: InTurn, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """What is inside. Wrong, unknown, expired and unreadable receipts are answered alike."""
    desk = _desk(request)
    found = mailbox_inside.find(db, desk, tried.receipt, at=now) if tried.receipt else None
    if found and found.place.kind is Kind.HANDED:
        own, found = mailbox_inside.exchange(db, desk, found, at=now), None
        if own:
            tried.succeeded()
            return visit.show("receipt_own", address="", receipt=own)
    inside = mailbox_inside.look(db, found, at=now)
    if inside is None:
        return _receipt_wanted(visit, posted, wrong=True)
    tried.succeeded()
    return _show(visit, inside, posted)


@router.get("/receipt")
def ask_again(visit: AVisit) -> HTMLResponse:
    """Where a receipt is typed once more, to be sure that it was written down right."""
    return visit.show("receipt_check", address="", wrong=False)


@router.post("/receipt")
def check(request: Request, visit: AVisit, tried: InTurn, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """Say whether it is right, and show the one to give away under duress to whoever asked for it."""
    desk = _desk(request)
    found = mailbox_inside.find(db, desk, tried.receipt, at=now) if tried.receipt else None
    if found and found.place.kind is Kind.HANDED:
        found = None
    spare = mailbox_inside.confirm(db, desk, found, for_duress=bool(posted.get("spare")), at=now)
    if found is None:
        return visit.show("receipt_check", status=422, address="", wrong=True)
    tried.succeeded()
    return visit.show("receipt_kept", address="", spare=spare)


@router.post("/mailbox/answer")
def answer(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """Take in what the person writes. In a matter that is over it is a new one, with a receipt of its own."""
    words, ticket = _words(posted), posted.get("ticket", "")
    if not words or len(words) > LONGEST:
        return _again(visit, posted, mistake="mailbox.error.empty" if not words else "form.error.message")
    token = _token(ticket, "answer", words)
    written = mailbox_deeds.answer(db, ticket, words, token=token, at=now)
    if written is Written.OVER:
        desk, receipt = _desk(request), receipt_from(token)
        back = way_back(desk, receipt)
        mailbox_deeds.begin_anew(db, desk, ticket, words, token=token, back=back, language=visit.spoken, at=now)
        return visit.show("receipt", address="", receipt=receipt, danger="", wants_contact=False)
    return _done(visit, written, posted, "mailbox.answered")


@router.post("/mailbox/wishes")
def wishes(request: Request, visit: AVisit, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """How the person may be reached from now on, in the place of what they said before."""
    answers, ticket = Answers.read(posted), posted.get("ticket", "")
    with db.reading() as session:
        nobodys = stand_for_many(session)
    mistakes = [mistake for mistake in answers.mistakes(nobodys=nobodys) if mistake.field in _WISHES]
    if mistakes:
        return visit.show(
            "mailbox_wishes",
            status=422,
            address="",
            ticket=ticket,
            **asked(answers, mistakes),
        )
    written = mailbox_deeds.wish(db, _desk(request), ticket, answers, language=visit.spoken, at=now)
    return _done(visit, written, posted, "mailbox.wished")


@router.post("/mailbox/withdrawal")
def withdrawal(visit: AVisit, posted: Posted, db: Db, now: Now) -> HTMLResponse:
    """Take the request back."""
    ticket = posted.get("ticket", "")
    written = mailbox_deeds.take_back(db, ticket, source=_token(ticket, "withdrawal", ""), at=now)
    return _done(visit, written, {}, "mailbox.taken_back")


def _receipt_wanted(
    visit: Visit, posted: Posted, *, wrong: bool = False, late: bool = False, status: int = 422
) -> HTMLResponse:
    """Where a receipt is typed. What was written with a ticket whose hour was over waits in the form meanwhile."""
    words, wishes = _words(posted), _wishes(posted)
    return visit.show("mailbox", status=status, wrong=wrong, late=late, words=words, wishes=wishes)


def _wishes(posted: Posted) -> dict[str, str]:
    return {name: text for name, text in posted.items() if name in _ALL_WISHES and text}


def _show(visit: Visit, inside: Inside, posted: Posted) -> HTMLResponse:
    wishes = _wishes(posted)
    return visit.show(
        "mailbox_open",
        address="mailbox",
        inside=inside,
        decoy=f"decoy.{inside.decoy % DECOYS + 1}" if inside.decoy is not None else "",
        local=lambda moment: _local(moment, visit),
        words=_words(posted),
        most=LONGEST,
        wished=bool(wishes),
        **asked(Answers.read(wishes), []),
    )


def _again(visit: Visit, posted: Posted, *, mistake: str) -> HTMLResponse:
    words = _words(posted)
    values = {"count": len(words), "most": LONGEST} if words else {}
    return visit.show(
        "mailbox_answer",
        status=422,
        address="",
        ticket=posted.get("ticket", ""),
        words=words,
        most=LONGEST,
        mistake=mistake,
        values=values,
    )


def _done(visit: Visit, written: Written, posted: Posted, sentence: str) -> HTMLResponse:
    """What became of it. A ticket whose time is over: the words are kept in the page that asks for the receipt."""
    if written is Written.TOO_LATE:
        return _receipt_wanted(visit, posted, late=True)
    return visit.show("mailbox_done", address="", sentence=sentence)


def _words(posted: Posted) -> str:
    return Answers.read({"message": posted.get("words", "")}).message


def _token(ticket: str, deed: str, words: str) -> str:
    """One for each thing that is meant to be sent: a double tap is one letter. Without the ticket it proves nothing."""
    return hmac.digest(ticket.encode(), f"{deed}|{words}".encode(), hashlib.sha256).hex()


def _desk(request: Request) -> Desk:
    return cast(Desk, request.app.state.desk)


def _local(moment: datetime, visit: Visit) -> str:
    local, language = moment.astimezone(ZoneInfo(visit.site.timezone)), visit.language.replace("-", "_")
    day = format_date(local.date(), "long", locale=language)
    return f"{day} {format_time(local.time(), 'short', locale=language)}"
