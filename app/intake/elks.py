"""The second carrier's addresses: what it says became of a page, a page it rings, a text to its number.

It does not sign what it posts, so every address carries a tag (`app/telephony/tags.py`). It posts again for hours
whatever is not answered with success; a repeat changes nothing, and one that comes late is ignored.
"""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from app.escalation import lost_pages
from app.escalation.second_carrier import WAITS
from app.intake import sms
from app.intake.audio import tuned_in
from app.intake.duty import TO_WAKE_UP, WORDS, page_of, press, sent_together
from app.intake.line import Line, TheLine, source_of
from app.intake.sound import NOW
from app.notifications.models import THE_CANARY, Notification
from app.telephony import elks_actions
from app.telephony.numbers import caller_number
from app.telephony.second import BELOW
from app.web import Db, Now, Posted

_STATUS: Final = {"sent": "sent", "delivered": "delivered", "failed": "failed"}
"""A text's, as the notifications know it."""

_STATE: Final = {"success": "completed", "busy": "busy", "failed": "no-answer"}
"""A call's. `failed` is a telephone that rang out as well as one that could not be rung: on to the next person."""

_REFERENCE: Final = re.compile(r"[a-z0-9]{1,40}")


async def _insist_on_the_tag(request: Request, line: TheLine) -> None:
    """Before anything else, whichever of these addresses it is."""
    path, _, tag = str(request.scope["path"]).removeprefix(f"{BELOW}/").rpartition("/")
    line.tags.insist(path, tag)
    await tuned_in(request)


router = APIRouter(prefix=BELOW, dependencies=[Depends(_insist_on_the_tag)])


@router.post("/receipts/{notification_id}/{tag}", status_code=204)
def receipt(form: Posted, db: Db, now: Now, notification_id: str, tag: str) -> Response:  # noqa: ARG001 - tagged
    """What became of a text or a call. A page that is lost moves on at once."""
    status = _STATE.get(form["state"], "") if "state" in form else _STATUS.get(form.get("status", ""), "")
    ref = form.get("id", "")
    known = ref if _REFERENCE.fullmatch(ref) else None
    for page_id in sent_together(db, notification_id) if status else ():
        with db.transaction() as session:
            lost_pages.reported(session, page_id, status=status, code=None, ref=known, at=now)
    return Response(status_code=204)


@router.post("/page/{notification_id}/{tag}")
def speak(line: TheLine, db: Db, notification_id: str, tag: str) -> Response:  # noqa: ARG001 - tagged
    """A paged telephone was picked up: say that a case waits, and ask for a key."""
    with db.reading() as session:
        return _ask(line, page_of(session, notification_id))


@router.post("/page/{notification_id}/key/{tag}")
def key(form: Posted, line: TheLine, db: Db, now: Now, notification_id: str, tag: str) -> Response:  # noqa: ARG001 - tagged
    """They pressed a key: 1 takes the case, 2 passes it on, none ends the call, any other is asked again."""
    pressed = form.get("result", "")
    with db.transaction() as session:
        page = page_of(session, notification_id)
        if not pressed.isdecimal():
            return JSONResponse(elks_actions.hangup())
        answer = press(session, page, pressed, source=source_of(form, "callid"), at=now)
        if answer is None:
            return _ask(line, page)
        sound = NOW.get().address(page.person.languages[0], WORDS[answer])
    return JSONResponse(elks_actions.play(sound) if sound else elks_actions.hangup())


@router.post("/sms/{tag}")
def receive(form: Posted, line: TheLine, db: Db, now: Now, tag: str) -> Response:  # noqa: ARG001 - tagged
    """A text to the second carrier's number, an answer to a page that came by it; taken in like any other.

    The body of the answer would be sent back as a text, so there is none.
    """
    number, source = caller_number(form.get("from")), source_of(form, "id")
    with db.transaction() as session:
        sms.take_in(session, line, number, form.get("message", ""), source=source, at=now)
    return Response(status_code=200)


def _ask(line: Line, page: Notification) -> Response:
    words = "page.test" if page.wording == THE_CANARY else WAITS
    sound = NOW.get().address(page.person.languages[0], words)
    if sound is None:
        return JSONResponse(elks_actions.hangup())
    then = f"{line.public_url}{BELOW}/{line.tags.tagged(f'page/{page.id}/key')}"
    return JSONResponse(elks_actions.ask(sound, then=then, timeout=TO_WAKE_UP))
