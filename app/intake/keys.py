"""A caller who cannot speak answers by keys before anybody is looked for. Each answer is kept at once.

The handler who picks up is told (`screen.py`), asks what yes and no can answer, and hears the keys as tones: one for
yes, two for no, for two different tones are hard to tell apart.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import calls
from app.cases.facts import Approach
from app.cases.permissions import Hours
from app.intake import told
from app.intake.away.route import EvenWithout
from app.intake.incoming import STAR, call
from app.intake.line import Line, Signed, TheLine, xml
from app.intake.menu import NO, YES, ask
from app.intake.ring import ask_to_wait
from app.telephony import twiml
from app.web import Db, Now

router = APIRouter(prefix="/carrier/keys", route_class=EvenWithout)


@router.post("")
def begin(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """They pressed the key that says they cannot speak: is somebody in danger now?"""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        calls.note(session, row.id, "cannot_speak", at=now)
    return ask(line, row, ["keys.how", "keys.danger"], "keys/danger")


@router.post("/danger")
def danger(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Somebody's life is in danger now, or not, or they did not say. A hidden number is asked nothing about calling."""
    pressed = form.get("Digits")
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed == YES:
            told.tell_danger(session, row.id, at=now)
    first = ["keys.112"] if pressed == YES else []
    if pressed == STAR:
        return _out(line)
    if row.withheld:
        return _wait(line, row, *first)
    return ask(line, row, [*first, "keys.call"], "keys/call")


@router.post("/call")
def may_call(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Whether we may call this number, at any hour. Who says nothing is asked again if nobody can take the call."""
    pressed, about = form.get("Digits"), "caller_number"
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed == YES:
            told.tell_callback(session, line.desk, row.id, wish="call", hours=Hours.ANY, kind=about, at=now)
        elif pressed == NO:
            told.tell_channel(session, row.id, "call", allowed=False, hours=Hours.ANY, kind=about, at=now)
    return _out(line) if pressed == STAR else ask(line, row, ["keys.text"], "keys/text")


@router.post("/text")
def may_text(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Whether we may text this number, at any hour; silence is no. Now somebody is looked for."""
    pressed = form.get("Digits")
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if pressed != STAR:
            told.tell_channel(
                session, row.id, "sms", allowed=pressed == YES, hours=Hours.ANY, kind="caller_number", at=now
            )
    return _out(line) if pressed == STAR else _wait(line, row)


def _wait(line: Line, row: Approach, *first: str) -> Response:
    return xml(twiml.document(*ask_to_wait(line, row.language, *first, "keys.wait")))


def _out(line: Line) -> Response:
    return xml(twiml.document(twiml.redirect(line.url("callback?chosen=1"))))
