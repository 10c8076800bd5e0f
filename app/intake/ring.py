"""Looking for a person while the caller waits: one telephone after another, and only who presses 1 gets the caller.

The order is the duty as it was when the call came in, so that every repeated webhook means the same person; who is in
a call already is passed over. The caller may press star at any time and is asked about calling back. What the
telephones of those who are rung say stands in `screen.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridge_queries, calls
from app.cases.facts import Approach as Row
from app.cases.facts import Connection
from app.cases.queries import going_on, locked
from app.escalation import targets
from app.intake import bridge
from app.intake.away.route import EvenWithout
from app.intake.incoming import STAR, call, has_hung_up
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.menu import after_a_talk
from app.programme.apply import current
from app.staff.models import Person
from app.telephony import twiml
from app.telephony.numbers import may_be_dialled
from app.telephony.signature import Form
from app.web import Db, Now

router = APIRouter(prefix="/carrier/ring", route_class=EvenWithout)

RING_FOR: Final = timedelta(seconds=20)
A_BREATH: Final = timedelta(seconds=1)
LET_GO: Final = "canceled"
"""How the carrier writes down a telephone that stopped ringing because the caller pressed star."""


@router.post("")
def ring(
    form: Signed,
    line: TheLine,
    db: Db,
    now: Now,
    n: Annotated[int, Query(ge=0, le=999)] = 0,
    rang: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Ring the n-th telephone in order, or the next that is free; after the last, ask about calling back.

    `rang` is whose telephone it was that the carrier now tells us about.
    """
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if over := _after_a_talk(session, line, row, form, rang, at=now):
            return over
        found = None if _wants_out(form) else _next(session, line, row, form, n, at=now)
        if found is None:
            calls.note(session, row.id, "unanswered", at=now)
            return xml(twiml.document(twiml.redirect(line.url(f"callback?chosen={int(_wants_out(form))}"))))
        shown = current(session).programme.numbers[0]
    place, person, number = found
    dial = twiml.dial(
        number,
        action=line.url(f"ring?n={place + 1}&rang={person.id}"),
        caller_id=shown,
        ring_for=RING_FOR,
        screen_url=line.url(f"ring/screen/{row.id}/{person.id}"),
        star_ends_it=True,
    )
    return xml(twiml.document(*_still(line, row, form, n), dial))


def ask_to_wait(line: Line, language: str, *words: str) -> tuple[twiml.Verb, ...]:
    """Say these sentences before the first telephone rings; star is heard meanwhile."""
    said = [prompt(language, key) for key in (*words, "voice.star")]
    return twiml.gather(*said, action=line.url("ring"), timeout=A_BREATH), twiml.redirect(line.url("ring"))


def _still(line: Line, row: Row, form: Form, n: int) -> tuple[twiml.Verb, ...]:
    """Between two telephones; not after a key that was no star, or keys could go on for ever."""
    if n == 0 or form.get("Digits"):
        return ()
    words = prompt(row.language, "voice.still"), prompt(row.language, "voice.star")
    return (twiml.gather(*words, action=line.url(f"ring?n={n}"), timeout=A_BREATH),)


def _wants_out(form: Form) -> bool:
    return form.get("Digits") == STAR or form.get("DialCallStatus") == LET_GO


def _after_a_talk(session: Session, line: Line, row: Row, form: Form, rang: str, *, at: datetime) -> Response | None:
    """What follows when the caller is gone or somebody had them; None while they wait for the first."""
    locked(session, row.case_id)  # whoever presses 1 at this moment is before us or after us
    connection = session.get(Connection, row.id, populate_existing=True)
    if room := bridge.moved(session, line, row.id, form, at=at):
        return room
    spoke = form.get("DialBridged") != "false"
    if connection and connection.person_id == rang:
        calls.part(session, row.id, spoke=spoke, at=at)
    if has_hung_up(form):
        calls.hang_up(session, row.id, at=at)
        return xml(twiml.document(twiml.hangup()))
    return _afterwards(line, row, spoke=spoke) if connection else None


def _afterwards(line: Line, row: Row, *, spoke: bool) -> Response:
    """Somebody had the caller, who is still on the line: cut off, or let go too early, they can leave a callback."""
    if not spoke:
        return xml(twiml.document(twiml.redirect(line.url("callback"))))
    return after_a_talk(line, row)


def _next(
    session: Session, line: Line, row: Row, form: Form, n: int, *, at: datetime
) -> tuple[int, Person, str] | None:
    """The place in the order, from `n` on, of somebody who can be rung now, and their number."""
    in_a_call = calls.talking(session, at=at) | bridge_queries.on_the_phone(session, at=at)
    case = going_on(session, row.case_id)  # who is kept from an older case is kept from its caller
    for place, person in enumerate(targets.ring_order(session, case, row)):
        if place < n or person.id in in_a_call or case.excludes(person.id):
            continue
        number = line.directory.phone_of(session, person)
        if number and number != form.get("From") and may_be_dialled(number):
            return place, person, number
    return None
