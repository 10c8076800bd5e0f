"""What staff do by telephone: answer a page with a key. And what the carrier says became of a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.models import Case
from app.db import Database
from app.errors import NoSuchPage
from app.escalation import lost_pages, replies
from app.escalation.replies import Answer
from app.intake.line import Line, Signed, TheLine, prompt, source_of, xml
from app.notifications import alarms, bundling, proving
from app.notifications.messages import probe_of, spoken_code
from app.notifications.models import THE_CANARY, THE_SENIOR_CALL, Notification
from app.telephony import twiml
from app.traces import known
from app.web import Db, Now

router = APIRouter(prefix="/carrier")

TAKE: Final = "1"
ON_TO_THE_NEXT: Final = "2"
TO_WAKE_UP: Final = timedelta(seconds=8)
WORDS: Final = {
    Answer.TAKEN: "page.taken",
    Answer.ALREADY_TAKEN: "page.already_taken",
    Answer.OVER: "page.already_taken",
    Answer.PASSED: "page.passed",
    Answer.CANARY: "page.tested",
}


@router.post("/page/{notification_id}")
def speak(form: Signed, line: TheLine, db: Db, notification_id: str) -> Response:  # noqa: ARG001 - signed
    """A paged telephone was picked up: say which case waits, twice, and ask for a key. An alarm asks for none.

    Of several cases in one call the first is asked about first, and after each key the next.
    """
    with db.reading() as session:
        page = page_of(session, notification_id)
        language = page.person.languages[0]
        reference = " ".join(json.loads(page.values).get("reference", ""))
        count = bundling.count_cases(session, notification_id)
        if proving.is_probe(page.wording):
            return _ask_whether_it_arrives(line, page)
    if alarms.is_alarm(page) or page.wording == THE_SENIOR_CALL:
        words = prompt(language, "page.alarm" if alarms.is_alarm(page) else "page.senior")
        return xml(twiml.document(words, words, twiml.hangup()))
    is_canary = page.wording == THE_CANARY
    words = prompt(language, "page.test") if is_canary else prompt(language, "page.voice", reference=reference)
    many = (prompt(language, "page.several", count=str(count)),) if count > 1 else ()
    ask = twiml.gather(
        *many, words, words, action=line.url(f"page/{notification_id}/key"), timeout=TO_WAKE_UP, silence_counts=False
    )
    return xml(twiml.document(ask, prompt(language, "page.goodbye"), twiml.hangup()))


@router.post("/page/{notification_id}/key")
def key(form: Signed, line: TheLine, db: Db, now: Now, notification_id: str) -> Response:
    """They pressed a key: 1 takes the case, 2 passes it on, anything else is asked again."""
    with db.transaction() as session:
        page = page_of(session, notification_id)
        if proving.is_probe(page.wording):
            return _answered_a_test(session, line, page, form.get("Digits", ""), at=now)
        place = bundling.place_of(session, page)
        source = f"{source_of(form, 'CallSid')}.{place}" if place else source_of(form, "CallSid")
        answer = press(session, page, form.get("Digits", ""), source=source, at=now)
        language, then = page.person.languages[0], _next_in_the_call(session, page)
    if answer is None:
        return xml(twiml.document(twiml.redirect(line.url(f"page/{notification_id}"))))
    on = twiml.redirect(line.url(f"page/{then}")) if then else twiml.hangup()
    return xml(twiml.document(prompt(language, WORDS[answer]), on))


def _ask_whether_it_arrives(line: Line, page: Notification) -> Response:
    """The code they asked for, twice; or whether a test page is heard."""
    language = page.person.languages[0]
    if page.wording == "probe.code":
        words = prompt(language, "page.code", code=", ".join(spoken_code(page, line.directory.code_of)))
        return xml(twiml.document(words, words, twiml.hangup()))
    words = prompt(language, "page.test")
    answer = line.url(f"page/{page.id}/key")
    ask = twiml.gather(words, words, action=answer, timeout=TO_WAKE_UP, silence_counts=False)
    return xml(twiml.document(ask, prompt(language, "page.goodbye"), twiml.hangup()))


def _answered_a_test(session: Session, line: Line, page: Notification, key: str, *, at: datetime) -> Response:
    if key != TAKE:
        return xml(twiml.document(twiml.redirect(line.url(f"page/{page.id}"))))
    proving.answer(session, page.person, probe_of(page), "key", at=at)
    return xml(twiml.document(prompt(page.person.languages[0], "page.tested"), twiml.hangup()))


@router.post("/receipts/{notification_id}", status_code=204)
def receipt(form: Signed, db: Db, now: Now, notification_id: str) -> Response:
    """The carrier says what became of a text or a call. A page that is lost moves on at once."""
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    code = form.get("ErrorCode", "")
    ref = form.get("MessageSid") or form.get("CallSid") or ""
    number = int(code) if code.isdecimal() else None

    def learn(session: Session, page_id: str) -> None:
        lost_pages.reported(session, page_id, status=status, code=number, ref=ref, at=now)
        _remember_a_second_one(session, page_id, ref, at=now)

    with db.transaction() as session:
        others = bundling.sent_with(session, notification_id)[1:]
        learn(session, notification_id)
    for page_id in others:
        with db.transaction() as session:
            learn(session, page_id)
    return Response(status_code=204)


def sent_together(db: Database, notification_id: str) -> list[str]:
    """Every page that a text or a call stands for: what a carrier says of it is true of each."""
    with db.reading() as session:
        return bundling.sent_with(session, notification_id)


def _remember_a_second_one(session: Session, notification_id: str, ref: str, *, at: datetime) -> None:
    """A page that was sent twice left two records at the carrier, and the row knows one of them."""
    carrier_ref = session.scalar(_KEPT_AS, {"page": notification_id})
    if carrier_ref not in (None, ref):
        known.leave(session, ref, at=at)


_KEPT_AS: Final = select(Notification.carrier_ref).where(Notification.id == bindparam("page"))


def _next_in_the_call(session: Session, page: Notification) -> str | None:
    """The next page of the same call that they have not answered, about a case that still waits for somebody."""
    for other in bundling.after(session, page):
        case = session.get(Case, other.case_id) if other.acknowledged_at is None else None
        if case and case.awaits_contact and not case.hold and not case.excludes(page.person_id):
            return other.id
    return None


def page_of(session: Session, notification_id: str) -> Notification:
    """The page that an address of ours is about. NoSuchPage for none, or one to somebody who has left."""
    page = session.get(Notification, notification_id)
    if page is None or not page.person.is_active:
        raise NoSuchPage("There is no such page.")
    return page


def press(session: Session, page: Notification, key: str, *, source: str, at: datetime) -> Answer | None:
    """Do what this key asks for, once for each `source` (the carrier's id of the call); None when it asks for nothing.

    It is the same deed by whatever carrier the page came.
    """
    case_id = page.case_id or ""
    deeds: dict[str, Callable[[], Answer]] = {
        TAKE: lambda: replies.take(session, case_id, by=page.person, via="page", at=at),
        ON_TO_THE_NEXT: lambda: replies.pass_on(session, case_id, by=page.person, at=at),
    }
    return replies.once(session, source, deeds[key], by=page.person, at=at) if key in deeds else None
