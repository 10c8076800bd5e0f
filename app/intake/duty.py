"""What staff do by telephone: answer a page with a key. And what the carrier says became of a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.errors import NoSuchPage
from app.escalation import lost_pages, replies
from app.escalation.replies import Answer
from app.intake.line import Signed, TheLine, prompt, source_of, xml
from app.notifications import alarms
from app.notifications.models import Notification
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
}


@router.post("/page/{notification_id}")
def speak(form: Signed, line: TheLine, db: Db, notification_id: str) -> Response:  # noqa: ARG001 - signed
    """A paged telephone was picked up: say which case waits, twice, and ask for a key. An alarm asks for none."""
    with db.reading() as session:
        page = page_of(session, notification_id)
        language = page.person.languages[0]
        reference = " ".join(json.loads(page.values).get("reference", ""))
    if alarms.is_alarm(page):
        words = prompt(language, "page.alarm")
        return xml(twiml.document(words, words, twiml.hangup()))
    words = prompt(language, "page.voice", reference=reference)
    ask = twiml.gather(
        words, words, action=line.url(f"page/{notification_id}/key"), timeout=TO_WAKE_UP, silence_counts=False
    )
    return xml(twiml.document(ask, prompt(language, "page.goodbye"), twiml.hangup()))


@router.post("/page/{notification_id}/key")
def key(form: Signed, line: TheLine, db: Db, now: Now, notification_id: str) -> Response:
    """They pressed a key: 1 takes the case, 2 passes it on, anything else is asked again."""
    with db.transaction() as session:
        page = page_of(session, notification_id)
        answer = press(session, page, form.get("Digits", ""), source=source_of(form, "CallSid"), at=now)
        language = page.person.languages[0]
    if answer is None:
        return xml(twiml.document(twiml.redirect(line.url(f"page/{notification_id}"))))
    return xml(twiml.document(prompt(language, WORDS[answer]), twiml.hangup()))


@router.post("/receipts/{notification_id}", status_code=204)
def receipt(form: Signed, db: Db, now: Now, notification_id: str) -> Response:
    """The carrier says what became of a text or a call. A page that is lost moves on at once."""
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    code = form.get("ErrorCode", "")
    ref = form.get("MessageSid") or form.get("CallSid") or ""
    with db.transaction() as session:
        lost_pages.reported(
            session, notification_id, status=status, code=int(code) if code.isdecimal() else None, ref=ref, at=now
        )
        _remember_a_second_one(session, notification_id, ref, at=now)
    return Response(status_code=204)


def _remember_a_second_one(session: Session, notification_id: str, ref: str, *, at: datetime) -> None:
    """A page that was sent twice left two records at the carrier, and the row knows one of them."""
    page = session.get(Notification, notification_id)
    if page and page.carrier_ref not in (None, ref):
        known.leave(session, ref, at=at)


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
