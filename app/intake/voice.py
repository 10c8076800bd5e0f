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
from app.intake import reception
from app.intake.line import Line, Signed, TheLine, xml
from app.intake.reception import Approach
from app.intake.wording import say
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
        source=form["CallSid"],
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
        languages = current(session).programme.languages
    greeting = twiml.say(say(row.language, "voice.greeting"), row.language)
    if len(languages) == 1:
        return xml(twiml.document(greeting, *_ask_role(line, row.language)))
    offers = [
        twiml.say(say(language, "voice.language", digit=digit), language)
        for digit, language in enumerate(languages, start=1)
    ]
    ask = twiml.gather(*offers, action=line.url("voice/language"))
    return xml(twiml.document(greeting, ask, twiml.redirect(line.url("voice/language"))))


@router.post("/language")
def choose_language(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They chose a language, or none: then the programme's first."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        languages = dict(enumerate(current(session).programme.languages, start=1))
        pressed = form.get("Digits", "")
        if pressed.isdecimal() and int(pressed) in languages:
            reception.tell_language(session, row.id, languages[int(pressed)], at=now)
    return xml(twiml.document(*_ask_role(line, row.language)))


@router.post("/role")
def choose_role(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They said who they are, or did not: a person anyway."""
    pressed = form.get("Digits", "")
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed in ROLES:
            reception.tell_role(session, row.id, ROLES[pressed], at=now)
    if pressed == HAS_A_CODE:
        ask = twiml.gather(
            twiml.say(say(row.language, "voice.enter_code"), row.language),
            action=line.url("voice/code"),
            digits=reception.CODE_DIGITS,
            timeout=TO_FIND_THE_NOTE,
        )
        return xml(twiml.document(ask, twiml.redirect(line.url("ring"))))
    return xml(twiml.document(*_wait(line, row.language)))


@router.post("/code")
def key_code(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They keyed a code from an earlier call. An unknown one is taken no notice of: the call goes on."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        reception.come_back(session, line.desk, row.id, form.get("Digits", ""), at=now)
    return xml(twiml.document(*_wait(line, row.language)))


def _ask_role(line: Line, language: str) -> tuple[twiml.Verb, ...]:
    ask = twiml.gather(
        *(twiml.say(say(language, key), language) for key in ("voice.role", "voice.role_code")),
        action=line.url("voice/role"),
    )
    return ask, twiml.redirect(line.url("voice/role"))


def _wait(line: Line, language: str) -> tuple[twiml.Verb, ...]:
    return twiml.say(say(language, "voice.wait"), language), twiml.redirect(line.url("ring"))
