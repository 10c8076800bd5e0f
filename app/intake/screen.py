"""What a handler hears who is rung for a caller. Only a key says that it was a handler, and only the first gets them.

A voicemail presses nothing and is left; whoever comes too late hears why.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import calls
from app.cases.facts import Approach as Row
from app.cases.facts import Connection
from app.cases.models import Case
from app.cases.queries import going_on, that_goes_on
from app.errors import NoSuchPage
from app.escalation import replies
from app.intake.away.route import EvenWithout
from app.intake.line import Signed, TheLine, prompt, source_of, xml
from app.staff.models import Person
from app.telephony import twiml
from app.web import Db, Now

router = APIRouter(prefix="/carrier/ring/screen/{approach_id}/{person_id}", route_class=EvenWithout)

ACCEPT: Final = "1"


class Press(StrEnum):
    """What pressing 1 leads to."""

    YOURS = "yours"
    TAKEN = "taken"
    OVER = "over"


@router.post("")
def screen(form: Signed, line: TheLine, db: Db, approach_id: str, person_id: str) -> Response:  # noqa: ARG001 - signed
    """A handler's telephone was picked up: say that somebody waits, twice, and ask for the key."""
    with db.reading() as session:
        language = _handler(session, person_id).languages[0]
        press = _would_be(session, approach_id, person_id)
        quiet = calls.came_to(session, approach_id, "cannot_speak")
    if press is not Press.YOURS:
        return _too_late(language, press)
    words = prompt(language, "screen.cannot_speak" if quiet else "screen.voice")
    ask = twiml.gather(words, words, action=line.url(f"ring/screen/{approach_id}/{person_id}/key"))
    return xml(twiml.document(ask, twiml.hangup()))


@router.post("/key")
def accept(form: Signed, db: Db, now: Now, approach_id: str, person_id: str) -> Response:
    """They pressed a key. 1 gets the caller, if nobody was faster, and takes the case when nobody holds it."""
    if form.get("Digits") != ACCEPT:
        return xml(twiml.document(twiml.hangup()))
    with db.transaction() as session:
        person = _handler(session, person_id)
        press = connect(session, approach_id, person, ref=source_of(form, "CallSid"), at=now)
    return xml(twiml.accept()) if press is Press.YOURS else _too_late(person.languages[0], press)


def connect(
    session: Session, approach_id: str, person: Person, *, ref: str, at: datetime, told_late: bool = False
) -> Press:
    """Give the caller to this handler, if they still wait. The same handler asking again gets the same answer.

    `told_late`: they have had them already, while nothing could be written down; the caller may be gone since.
    """
    case = going_on(session, _call(session, approach_id).case_id)
    press = _would_be(session, approach_id, person.id)
    if told_late and press is Press.OVER:
        press = Press.YOURS
    if press is Press.YOURS and session.get(Connection, approach_id) is None:
        session.add(Connection(approach_id=approach_id, person_id=person.id, at=at, ref=ref[:40]))
        case.log("approach.connected", by=person.alias, at=at)
        replies.take(session, case.id, by=person, via="call", at=at)
    return press


def _would_be(session: Session, approach_id: str, person_id: str) -> Press:
    """Certain only once the call's case is locked. Who may not have the case learns no more than who comes too late."""
    case = that_goes_on(session, session.get_one(Case, _call(session, approach_id).case_id))
    if case.excludes(person_id):
        return Press.TAKEN
    connection = session.get(Connection, approach_id, populate_existing=True)
    if connection:
        return Press.YOURS if connection.person_id == person_id else Press.TAKEN
    return Press.YOURS if calls.waits(session, approach_id) else Press.OVER


def _too_late(language: str, press: Press) -> Response:
    return xml(twiml.document(prompt(language, f"screen.{press}"), twiml.hangup()))


def _call(session: Session, approach_id: str) -> Row:
    row = session.get(Row, approach_id)
    if row is None:
        raise NoSuchPage("There is no such call.")
    return row


def _handler(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None or not person.is_active:
        raise NoSuchPage("There is no such person.")
    return person
