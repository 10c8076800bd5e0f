"""What a person does in their mailbox: answers, says anew how they may be reached, takes the request back.

Each deed shows a ticket and is done once, however often it is sent. Behind a receipt for duress it looks the same, is
shown to staff as what it is, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import letters, mailboxes
from app.cases.facts import Approach as Row
from app.cases.mailboxes import Ticket
from app.cases.models import Case
from app.cases.queries import going_on, joined_into, locked
from app.cases.returning import Mailbox
from app.db import Database
from app.escalation import mailbox_news
from app.intake.answers import Answers
from app.intake.approach import Approach
from app.intake.reception import Desk, receive, say_anew
from app.vault.receipts import WayBack, mark_of


class Written(StrEnum):
    """What became of a deed."""

    DONE = "done"
    TOO_LATE = "too_late"
    """The ticket's hour is over, or it never was one."""

    OVER = "over"
    """The matter is closed: whoever writes now begins a new one."""


def answer(db: Database, ticket: str, words: str, *, token: str, at: datetime) -> Written:
    """Seal a letter from the person. Contact, if a handler had written and they had read it."""

    def write(session: Session, case: Case, *, duress: bool) -> Written:
        if going_on(session, case.id).closure and not duress:
            return _go_on(session, case, words, token=token, at=at)
        letter = letters.write(session, case, words, by=None, source=mark_of(token), at=at, duress=duress)
        if letter and not duress:
            letters.answer_to(session, case, at=at)
        if letter:
            mailbox_news.tell(session, case, key=letter.id, at=at)
        return Written.DONE

    return _with_ticket(db, ticket, write, at=at)


def begin_anew(
    db: Database, desk: Desk, ticket: str, words: str, *, token: str, back: WayBack, language: str, at: datetime
) -> None:
    """The matter was over: this is a new approach, with a clock and a receipt of its own, that continues it."""

    def begin(session: Session, old: Case, *, duress: bool) -> Written:  # noqa: ARG001 - the real one alone gets here
        approach = Approach("form", mark_of(token), language, message=words, way_back=back)
        received = receive(session, desk, approach, at=at)
        if received.is_new:
            case, older = locked(session, received.case_id), going_on(session, old.id)
            case.continues_id = older.id
            case.log("case.reopened", by="caller", at=at, continues=older.pseudonym)
        return Written.DONE

    _with_ticket(db, ticket, begin, at=at)


def _go_on(session: Session, over: Case, words: str, *, token: str, at: datetime) -> Written:
    """In a matter that is over: one more letter where they began anew, if they did. The words that began it, which come
    once more, are no letter."""
    anew = select(Case.id).join(Mailbox, Mailbox.case_id == Case.id).order_by(Case.opened_at.desc()).limit(1)
    case_id = session.scalar(anew.where(Case.continues_id == going_on(session, over.id).id))
    began_it = session.scalar(select(Row.id).where(Row.source == mark_of(token)))
    if case_id is None or began_it or going_on(session, case_id).closure:
        return Written.OVER
    case = locked(session, case_id)
    letter = letters.write(session, case, words, by=None, source=mark_of(token), at=at)
    if letter:
        mailbox_news.tell(session, case, key=letter.id, at=at)
    return Written.DONE


def wish(db: Database, desk: Desk, ticket: str, answers: Answers, *, language: str, at: datetime) -> Written:
    """Replace what the person said about being contacted. Leave for an old number does not follow to a new one."""
    anew = answers.approach(language=language, way_back=None)

    def write(session: Session, case: Case, *, duress: bool) -> Written:
        if not duress:
            whole = going_on(session, case.id)
            said = _as_hidden_as_before(case, anew, answers)
            for one in (whole, *joined_into(session, whole)):
                if one.allows("voicemail"):
                    one.withdraw("voicemail", by="caller", at=at, because="changed")
            say_anew(session, desk, case, said, at=at)
        mailbox_news.tell(session, case, key=f"wish:{at.isoformat()}", at=at)
        return Written.DONE

    return _with_ticket(db, ticket, write, at=at)


def take_back(db: Database, ticket: str, *, source: str, at: datetime) -> Written:
    """The person takes the request back. Nothing but a two-way contact stops the clock: a handler decides."""

    def write(session: Session, case: Case, *, duress: bool) -> Written:
        if letters.take_back(session, case, source=source, at=at, duress=duress):
            mailbox_news.tell(session, case, key=source, at=at)
        return Written.DONE

    return _with_ticket(db, ticket, write, at=at)


def _as_hidden_as_before(case: Case, anew: Approach, answers: Answers) -> Approach:
    """Whoever asked once not to be called from the line's number is not, unless they now say that it may show."""
    hidden = any(said.allowed and said.content_id is None and said.by == "caller" for said in case.permissions)
    if not hidden or answers.told.get("caller_id") or anew.callback is None:
        return anew
    return replace(anew, callback=replace(anew.callback, through_the_line=False))


def _with_ticket(db: Database, shown: str, do: Callable[..., Written], *, at: datetime) -> Written:
    with db.transaction() as session:
        ticket: Ticket | None = mailboxes.ticket(session, shown, at=at)
        if ticket is None or ticket.case_id is None:
            return Written.TOO_LATE
        return do(session, locked(session, ticket.case_id), duress=ticket.duress)
