"""The end of a bridge: who was with the person says by key how it went, and whoever is left behind is told so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridging
from app.cases.bridge_stages import counts, were_together
from app.cases.bridges import Bridge, Leg, Role, What
from app.cases.facts import Approach
from app.intake.incoming import has_hung_up
from app.intake.legs import in_vain, is_over, language_of, leg_of
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.menu import after_a_talk
from app.telephony import twiml
from app.telephony.signature import Form
from app.web import Db, Now

router = APIRouter(prefix="/carrier/bridge/{leg_id}")

TO_ANSWER: Final = timedelta(seconds=8)
SAID: Final = {"1": "reached", "2": "no_answer", "3": "wrong_person"}
SAID_OF_A_MACHINE: Final = {"2": "voicemail", "3": "wrong_person", "4": "reached"}
"""Where a machine answered, the key for contact is one that nobody presses by habit."""


@router.post("/left")
def left(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """They are out of the room. A handler who was with the person is asked how it went; a person who is still on the
    line was left behind there."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        if leg.role == Role.PERSON:
            return _left_behind(session, line, leg, form, at=now)
        person = leg.bridge.leg_of(Role.PERSON)
        asks = were_together(leg.bridge, leg) and not leg.bridge.outcome and counts(leg) and not has_hung_up(form)
        if asks and leg.bridge.approach_id is None:
            bridging.note(session, leg, What.LED_OUT, at=now)  # they are on the telephone until they have answered
        else:
            is_over(session, leg, What.OVER, at=now)
        language = language_of(session, leg)
        words = in_vain(person) if person.ended else "page.goodbye"
        if asks:
            return _ask(line, leg, language)
    return xml(twiml.document(prompt(language, words), twiml.hangup()))


@router.post("/said")
def said(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """The handler says by key how it went: contact, no answer, somebody else. Once; the console may have been first."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        language = language_of(session, leg)
        if leg.person is None or not (counts(leg) and were_together(leg.bridge, leg)):
            return xml(twiml.document(prompt(language, "page.goodbye"), twiml.hangup()))
        outcome = _answers(leg.bridge).get(form.get("Digits", ""))
        if outcome is None:
            return _ask(line, leg, language)
        is_noted = bridging.conclude(session, leg.bridge, outcome, by=leg.person, at=now)
        is_noted = is_noted or (leg.bridge.outcome is not None and leg.bridge.outcome.by == leg.person.alias)
    words = prompt(language, "bridge.noted" if is_noted else "bridge.not_noted")
    return xml(twiml.document(words, prompt(language, "page.goodbye"), twiml.hangup()))


def _left_behind(session: Session, line: Line, leg: Leg, form: Form, *, at: datetime) -> Response:
    """A person who is on the line still, after everybody who could help them has left. Who had called us can leave a
    callback, as after any call that breaks off; whom we called is told that it is over."""
    if has_hung_up(form):
        is_over(session, leg, What.OVER, at=at)
        return xml(twiml.document(twiml.hangup()))
    bridging.note(session, leg, What.OVER, at=at)
    if leg.bridge.approach_id:
        row = session.get_one(Approach, leg.bridge.approach_id)
        return after_a_talk(line, row)
    return xml(twiml.document(prompt(language_of(session, leg), "bridge.alone"), twiml.hangup()))


def _answers(bridge: Bridge) -> dict[str, str]:
    return SAID_OF_A_MACHINE if bridge.leg_of(Role.PERSON).has(What.MACHINE) else SAID


def _ask(line: Line, leg: Leg, language: str) -> Response:
    words = prompt(language, "bridge.ask_machine" if _answers(leg.bridge) is SAID_OF_A_MACHINE else "bridge.ask")
    ask = twiml.gather(words, words, action=line.url(f"bridge/{leg.id}/said"), timeout=TO_ANSWER)
    return xml(twiml.document(ask, prompt(language, "bridge.in_the_console"), twiml.hangup()))
