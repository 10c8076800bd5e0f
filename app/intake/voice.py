"""A call, from the first ring: greeting, language, who is calling. Then a person is looked for (`ring.py`).

The case is written before the first word is said. Every step finds its call again by the carrier's id,
so that a repeated or reordered webhook changes nothing and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import calls
from app.intake import told
from app.intake.apart import set_apart
from app.intake.away import afterwards
from app.intake.away.arrival import arrived
from app.intake.away.meanwhile import TheMeanwhile
from app.intake.away.route import EvenWithout
from app.intake.incoming import STAR, call, has_hung_up, offered, who_calls
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.ring import ask_to_wait
from app.intake.sound import NOW
from app.telephony import twiml
from app.web import Db, Now

router = APIRouter(prefix="/carrier/voice", route_class=EvenWithout)

ROLES: Final = {"1": "self", "2": "relative", "3": "professional"}
HAS_A_CODE: Final = "4"
CANNOT_SPEAK: Final = "5"
TO_FIND_THE_NOTE: Final = timedelta(seconds=10)
MOST_LANGUAGES: Final = 9


@router.post("")
def answer(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Someone calls. The case stands before they hear a word."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        choices = _choices(session)
    greeting = partial(_greeting, line, row.language, choices)
    return xml(NOW.get().document(("greeting", row.language, *choices.items()), greeting))


@router.post("/language")
def choose_language(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They chose a language, or none: then the programme's first."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        chosen = _choices(session).get(form.get("Digits", ""))
        if chosen:
            told.tell_language(session, row.id, chosen, at=now)
    if form.get("Digits") == STAR:
        return xml(twiml.document(twiml.redirect(line.url("callback?chosen=1"))))
    return xml(twiml.document(*_ask_role(line, row.language)))


@router.post("/role")
def choose_role(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They said who they are, or did not: a person anyway. Or they have a code, or cannot speak, or will not wait."""
    pressed = form.get("Digits", "")
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed in ROLES:
            told.tell_role(session, row.id, ROLES[pressed], at=now)
            set_apart(session, line.desk, row, who_calls(session, form), at=now)
    elsewhere = {CANNOT_SPEAK: "keys", STAR: "callback?chosen=1"}.get(pressed)
    if elsewhere:
        return xml(twiml.document(twiml.redirect(line.url(elsewhere))))
    if pressed == HAS_A_CODE:
        ask = twiml.gather(
            prompt(row.language, "voice.enter_code"),
            action=line.url("voice/code"),
            digits=told.CODE_DIGITS,
            timeout=TO_FIND_THE_NOTE,
        )
        return xml(twiml.document(ask, twiml.redirect(line.url("voice/code"))))
    return xml(twiml.document(*ask_to_wait(line, row.language, "voice.wait")))


@router.post("/code")
def key_code(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They keyed a code from an earlier call. No notice is taken of an unknown one, or of none: the call goes on."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        told.come_back(session, line.desk, row.id, form.get("Digits", ""), at=now)
    return xml(twiml.document(*ask_to_wait(line, row.language, "voice.wait")))


@router.post("/status", status_code=204)
def status(form: Signed, line: TheLine, meanwhile: TheMeanwhile, db: Db, now: Now) -> Response:
    """The carrier says how a call goes that somebody made to the line; that it is over is all we keep.

    A call that no other webhook brought in, for whatever reason, becomes a case here, whose clock began when they
    called. One that was answered while nothing could be written down is written down whole.
    """
    if has_hung_up(form) and form.get("Direction", "inbound") == "inbound":
        known = meanwhile.known(form.get("CallSid", ""))
        with db.transaction() as session:
            row = call(session, line, form, at=(known and known.came_at) or arrived(form, at=now))
            if known:
                afterwards.write(session, line, known, at=now)
            calls.hang_up(session, row.id, at=now)
        if known:
            meanwhile.hung_up(known.source, at=now)  # and is forgotten at the next look
    return Response(status_code=204)


def _choices(session: Session) -> dict[str, str]:
    """The key for each of the programme's languages that we can speak."""
    return {str(key): language for key, language in enumerate(offered(session)[:MOST_LANGUAGES], start=1)}


def _greeting(line: Line, language: str, choices: Mapping[str, str]) -> str:
    greeting = prompt(language, "voice.greeting")
    if len(choices) == 1:
        return twiml.document(greeting, *_ask_role(line, language))
    asked = [prompt(offered, "voice.language", digit=digit) for digit, offered in choices.items()]
    ask = twiml.gather(*asked, action=line.url("voice/language"))
    return twiml.document(greeting, ask, twiml.redirect(line.url("voice/language")))


def _ask_role(line: Line, language: str) -> tuple[twiml.Verb, ...]:
    ask = twiml.gather(
        *(prompt(language, key) for key in ("voice.role", "voice.role_keys", "voice.role_code")),
        action=line.url("voice/role"),
    )
    return ask, twiml.redirect(line.url("voice/role"))
