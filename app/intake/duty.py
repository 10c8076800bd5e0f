"""What staff do by telephone: answer a page with a key. And what the carrier says became of a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.errors import NoSuchPage
from app.escalation import lost_pages, replies
from app.escalation.replies import Answer
from app.intake.line import Signed, TheLine, prompt, source_of, xml
from app.notifications.models import Notification
from app.telephony import twiml
from app.web import Db, Now

router = APIRouter(prefix="/carrier")

TAKE: Final = "1"
ON_TO_THE_NEXT: Final = "2"
TO_WAKE_UP: Final = timedelta(seconds=8)
_WORDS: Final = {
    Answer.TAKEN: "page.taken",
    Answer.ALREADY_TAKEN: "page.already_taken",
    Answer.OVER: "page.already_taken",
    Answer.PASSED: "page.passed",
}


@router.post("/page/{notification_id}")
def speak(form: Signed, line: TheLine, db: Db, notification_id: str) -> Response:  # noqa: ARG001 - signed
    """A paged telephone was picked up: say which case waits, twice, and ask for a key."""
    with db.reading() as session:
        page = _page(session, notification_id)
        language = page.person.languages[0]
        reference = " ".join(json.loads(page.values)["reference"])
    words = prompt(language, "page.voice", reference=reference)
    ask = twiml.gather(
        words, words, action=line.url(f"page/{notification_id}/key"), timeout=TO_WAKE_UP, silence_counts=False
    )
    return xml(twiml.document(ask, prompt(language, "page.goodbye"), twiml.hangup()))


@router.post("/page/{notification_id}/key")
def key(form: Signed, line: TheLine, db: Db, now: Now, notification_id: str) -> Response:
    """They pressed a key: 1 takes the case, 2 passes it on, anything else is asked again."""
    pressed = form.get("Digits", "")
    with db.transaction() as session:
        page = _page(session, notification_id)
        person, case_id = page.person, page.case_id or ""
        deeds: dict[str, Callable[[], Answer]] = {
            TAKE: lambda: replies.take(session, case_id, by=person, via="page", at=now),
            ON_TO_THE_NEXT: lambda: replies.pass_on(session, case_id, by=person, at=now),
        }
        if pressed not in deeds:
            return xml(twiml.document(twiml.redirect(line.url(f"page/{notification_id}"))))
        answer = replies.once(session, source_of(form, "CallSid"), deeds[pressed], by=person, at=now)
    language = person.languages[0]
    return xml(twiml.document(prompt(language, _WORDS[answer]), twiml.hangup()))


@router.post("/receipts/{notification_id}", status_code=204)
def receipt(form: Signed, db: Db, now: Now, notification_id: str) -> Response:
    """The carrier says what became of a text or a call. A page that is lost moves on at once."""
    status = form.get("MessageStatus") or form.get("CallStatus") or ""
    code = form.get("ErrorCode", "")
    with db.transaction() as session:
        lost_pages.reported(
            session, notification_id, status=status, code=int(code) if code.isdecimal() else None, at=now
        )
    return Response(status_code=204)


def _page(session: Session, notification_id: str) -> Notification:
    page = session.get(Notification, notification_id)
    if page is None or not page.person.is_active:
        raise NoSuchPage("There is no such page.")
    return page
