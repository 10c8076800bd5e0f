"""Who may be called back is asked once each: may we text, may we leave a voicemail? Silence is no, like other keys."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from app.cases.facts import Approach
from app.cases.permissions import Hours
from app.intake import told
from app.intake.away.route import EvenWithout
from app.intake.incoming import call
from app.intake.line import Line, Signed, TheLine
from app.intake.menu import YES, ask, goodbye
from app.web import Db, Now

router = APIRouter(prefix="/carrier/callback", route_class=EvenWithout)

Kind = Literal["caller_number", "callback_number"]
"""Which number it is about: the one they call from, or the one they keyed."""


def ask_about_texts(line: Line, row: Approach, *first: str, kind: Kind, hours: Hours) -> Response:
    """Say this first, then ask whether a text to the same number, at the same hours, would be safe."""
    return ask(line, row, [*first, "voice.text"], f"callback/text?kind={kind}&hours={hours}")


def ask_about_voicemail(line: Line, row: Approach, *first: str, kind: Kind, hours: Hours) -> Response:
    """Say this first, then ask the same about a voicemail."""
    return ask(line, row, [*first, "voice.voicemail"], f"callback/voicemail?kind={kind}&hours={hours}")


@router.post("/text")
def may_text(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, hours: Hours) -> Response:
    """They said whether a text would be safe, or said nothing."""
    allowed = form.get("Digits") == YES
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        told.tell_channel(session, row.id, "sms", allowed=allowed, hours=hours, kind=kind, at=now)
    return ask_about_voicemail(line, row, kind=kind, hours=hours)


@router.post("/voicemail")
def may_leave_voicemail(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, hours: Hours) -> Response:
    """They said whether a voicemail would be safe, or said nothing. With that the call is over."""
    allowed = form.get("Digits") == YES
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        told.tell_channel(session, row.id, "voicemail", allowed=allowed, hours=hours, kind=kind, at=now)
    return goodbye(row, code=told.code_of(line.desk, row))
