"""Looking for a person while the caller waits: one telephone after another, and only who presses 1 gets the caller.

The order is the duty as it was when the call came in, so that every repeated webhook means the same
person. A voicemail that picks up presses nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.facts import Approach as Row
from app.cases.facts import Connection
from app.cases.queries import going_on
from app.errors import NoSuchPage
from app.escalation import replies
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.voice import call
from app.oncall.duty import duty
from app.programme.apply import current
from app.staff.models import Person
from app.telephony import twiml
from app.web import Db, Now

router = APIRouter(prefix="/carrier/ring")

RING_FOR: Final = timedelta(seconds=20)
ACCEPT: Final = "1"


@router.post("")
def ring(form: Signed, line: TheLine, db: Db, now: Now, n: Annotated[int, Query(ge=0, le=50)] = 0) -> Response:
    """Ring the n-th telephone in order, unless somebody has the caller already; after the last, offer a callback."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if session.get(Connection, row.id):
            return xml(twiml.document(prompt(row.language, "voice.goodbye"), twiml.hangup()))
        order = _reachable(session, line, row)
        shown = current(session).programme.numbers[0]
    if n >= len(order):
        return xml(twiml.document(twiml.redirect(line.url("callback"))))
    person, number = order[n]
    dial = twiml.dial(
        number,
        action=line.url(f"ring?n={n + 1}"),
        caller_id=shown,
        ring_for=RING_FOR,
        screen_url=line.url(f"ring/screen/{row.id}/{person.id}"),
    )
    still = [prompt(row.language, "voice.still")] if n else []
    return xml(twiml.document(*still, dial))


@router.post("/screen/{approach_id}/{person_id}")
def screen(form: Signed, line: TheLine, db: Db, approach_id: str, person_id: str) -> Response:  # noqa: ARG001 - signed
    """A handler's telephone was picked up: only a key says that it was a handler."""
    with db.reading() as session:
        language = _handler(session, person_id).languages[0]
    ask = twiml.gather(
        *[prompt(language, "screen.voice")] * 2,
        action=line.url(f"ring/screen/{approach_id}/{person_id}/key"),
        silence_counts=False,
    )
    return xml(twiml.document(ask, twiml.hangup()))


@router.post("/screen/{approach_id}/{person_id}/key")
def accept(form: Signed, db: Db, now: Now, approach_id: str, person_id: str) -> Response:
    """They pressed a key. 1 gets the caller, if nobody was faster, and takes the case when nobody holds it."""
    if form.get("Digits") != ACCEPT:
        return xml(twiml.document(twiml.hangup()))
    with db.transaction() as session:
        person = _handler(session, person_id)
        language = person.languages[0]
        if not connect(session, approach_id, person, at=now):
            words = prompt(language, "page.already_taken")
            return xml(twiml.document(words, twiml.hangup()))
    return xml(twiml.accept())


def connect(session: Session, approach_id: str, person: Person, *, at: datetime) -> bool:
    """Give the caller to this handler, if nobody else has them. The same handler asking again gets the same answer."""
    row = session.get(Row, approach_id)
    if row is None:
        raise NoSuchPage("There is no such call.")
    case = going_on(session, row.case_id)
    connection = session.get(Connection, approach_id)
    if connection is None:
        connection = Connection(approach_id=approach_id, person_id=person.id, at=at)
        session.add(connection)
        case.log("approach.connected", by=person.alias, at=at)
        replies.take(session, case.id, by=person, via="call", at=at)
    return connection.person_id == person.id


def _handler(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None or not person.is_active:
        raise NoSuchPage("There is no such person.")
    return person


def _reachable(session: Session, line: Line, row: Row) -> list[tuple[Person, str]]:
    numbers = ((person, line.directory.phone_of(session, person)) for person in duty(session, row.at).ring_order)
    return [(person, number) for person, number in numbers if number]
