"""A call, from the first ring: greeting, language, who is calling. Then a person is looked for (`ring.py`).

The case is written before the first word is said. Every step finds its call again by the carrier's id,
so that a repeated or reordered webhook changes nothing and gets the same answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.facts import Approach as Row
from app.intake import reception, told
from app.intake.line import Line, Signed, TheLine, prompt, source_of, xml
from app.intake.reception import Approach
from app.intake.wording import PROMPTS
from app.programme.apply import current
from app.telephony import twiml
from app.telephony.numbers import caller_number
from app.telephony.signature import Form
from app.web import Db, Now

router = APIRouter(prefix="/carrier/voice")

ROLES: Final = {"1": "self", "2": "relative", "3": "professional"}
HAS_A_CODE: Final = "4"
TO_FIND_THE_NOTE: Final = timedelta(seconds=10)


def call(session: Session, line: Line, form: Form, *, at: datetime) -> Row:
    """The approach this webhook is about; opened now when the first webhook has not come or never will."""
    language = current(session).programme.languages[0]
    approach = Approach(
        channel="phone",
        source=source_of(form, "CallSid"),
        number=caller_number(form.get("From")),
        language=language,
    )
    received = reception.receive(session, line.desk, approach, at=at)
    return session.get_one(Row, received.approach_id)


@router.post("")
def answer(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Someone calls. The case stands before they hear a word."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        offered = _offered(session)
    greeting = prompt(row.language, "voice.greeting")
    if len(offered) == 1:
        return xml(twiml.document(greeting, *_ask_role(line, row.language)))
    choices = [prompt(language, "voice.language", digit=digit) for digit, language in offered.items()]
    ask = twiml.gather(*choices, action=line.url("voice/language"))
    return xml(twiml.document(greeting, ask, twiml.redirect(line.url("voice/language"))))


@router.post("/language")
def choose_language(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They chose a language, or none: then the programme's first."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        chosen = _offered(session).get(form.get("Digits", ""))
        if chosen:
            told.tell_language(session, row.id, chosen, at=now)
    return xml(twiml.document(*_ask_role(line, row.language)))


@router.post("/role")
def choose_role(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They said who they are, or did not: a person anyway."""
    pressed = form.get("Digits", "")
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed in ROLES:
            told.tell_role(session, row.id, ROLES[pressed], at=now)
    if pressed == HAS_A_CODE:
        ask = twiml.gather(
            prompt(row.language, "voice.enter_code"),
            action=line.url("voice/code"),
            digits=told.CODE_DIGITS,
            timeout=TO_FIND_THE_NOTE,
        )
        return xml(twiml.document(ask, twiml.redirect(line.url("ring"))))
    return xml(twiml.document(*_wait(line, row.language)))


@router.post("/code")
def key_code(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They keyed a code from an earlier call. An unknown one is taken no notice of: the call goes on."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        told.come_back(session, line.desk, row.id, form.get("Digits", ""), at=now)
    return xml(twiml.document(*_wait(line, row.language)))


def _offered(session: Session) -> dict[str, str]:
    """The key for each of the programme's languages that we can speak."""
    speakable = [
        language
        for language in current(session).programme.languages
        if PROMPTS.nearest(language) == language and twiml.has_voice(language)
    ]
    return {str(key): language for key, language in enumerate(speakable[:9], start=1)}


def _ask_role(line: Line, language: str) -> tuple[twiml.Verb, ...]:
    ask = twiml.gather(
        *(prompt(language, key) for key in ("voice.role", "voice.role_code")),
        action=line.url("voice/role"),
    )
    return ask, twiml.redirect(line.url("voice/role"))


def _wait(line: Line, language: str) -> tuple[twiml.Verb, ...]:
    return prompt(language, "voice.wait"), twiml.redirect(line.url("ring"))
