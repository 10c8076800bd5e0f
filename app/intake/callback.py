"""Nobody could take the call: may we call back, on which number, at which hours? Silence is the safe default.

What was said is kept at once; hanging up at any point keeps what was known until then. Who may be called back is
then asked about texts and voicemail (`channels.py`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cases import calls
from app.cases.facts import Approach as Row
from app.cases.permissions import Hours
from app.intake import told
from app.intake.away.route import EvenWithout
from app.intake.channels import Kind, ask_about_texts, ask_about_voicemail
from app.intake.incoming import call, stand_for_many
from app.intake.line import Line, Signed, TheLine
from app.intake.menu import again, ask, goodbye
from app.telephony.numbers import keyed_number, spoken
from app.web import Db, Now

router = APIRouter(prefix="/carrier/callback", route_class=EvenWithout)

ASKED_AT_MOST: Final = 3
HOURS: Final = {"1": Hours.ANY, "2": Hours.DAY, "3": Hours.EVENING, "4": Hours.NIGHT}
LONGEST_NUMBER: Final = 16

Try = Annotated[int, Query(ge=0, le=ASKED_AT_MOST)]


@router.post("")
def offer(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0, chosen: Literal["0", "1"] = "0") -> Response:
    """Ask whether we may call back; not who has said so already. `chosen`: they came here by key, we still searched."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if row.connection is None:
            calls.note(session, row.id, "unanswered", at=now)
        is_agreed = calls.came_to(session, row.id, "callback")
    opening = ["voice.noted" if chosen == "1" else "voice.nobody"] if n == 0 else []
    if is_agreed:
        return goodbye(row, *opening, code=told.code_of(line.desk, row))
    if n == ASKED_AT_MOST:
        return goodbye(row)
    question = "voice.callback_hidden" if row.withheld else "voice.callback"
    return ask(line, row, [*opening, question], f"callback/chosen?n={n}", otherwise=f"callback?n={n + 1}")


@router.post("/chosen")
def choose(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """This number, another number, or no call at all."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        match form.get("Digits", ""), row.withheld:
            case "1", False:
                return _ask_hours(line, row, "caller_number")
            case ("1", True) | ("2", False):
                return _ask_number(line, row)
            case ("2", True) | ("3", False):
                code = told.tell_callback(session, line.desk, row.id, wish="none", hours=Hours.ANY, kind=None, at=now)
            case _:
                return again(line, row, f"callback?n={min(n + 1, ASKED_AT_MOST)}")
    return goodbye(row, code=code)


@router.post("/number")
def ask_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """Ask for a number to call."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    return goodbye(row) if n == ASKED_AT_MOST else _ask_number(line, row, n)


@router.post("/number/keyed")
def key_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """They keyed a number: it is kept, read back, and to be confirmed. One that cannot be called is asked for again."""
    number = keyed_number(form.get("Digits", ""))
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        number = None if number in stand_for_many(session) else number
        if number:
            told.tell_number(session, row.id, number, nth=n, at=now)
    another = f"callback/number?n={min(n + 1, ASKED_AT_MOST)}"
    if number is None:
        return again(line, row, another, because="voice.bad_number")
    confirm = f"callback/number/confirmed?n={n}"
    return ask(line, row, ["voice.confirm_number"], confirm, otherwise=another, number=spoken(number))


@router.post("/number/confirmed")
def confirm_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """They said whether the number that was read back is right."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    if form.get("Digits") == "1":
        return _ask_hours(line, row, "callback_number")
    return _ask_number(line, row, n + 1) if n + 1 < ASKED_AT_MOST else goodbye(row)


@router.post("/hours")
def ask_hours(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, n: Try = 0) -> Response:
    """Ask again for the hours that are safe."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    return goodbye(row) if n == ASKED_AT_MOST else _ask_hours(line, row, kind, n)


@router.post("/hours/chosen")
def choose_hours(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, n: Try = 0) -> Response:
    """They chose the hours: now, and only now, we may call. Who said no to texts before is not asked again."""
    hours = HOURS.get(form.get("Digits", ""))
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if hours is None:
            return again(line, row, f"callback/hours?kind={kind}&n={min(n + 1, ASKED_AT_MOST)}")
        told.tell_callback(session, line.desk, row.id, wish="call", hours=hours, kind=kind, at=now)
        refused = told.has_refused(session, row.id, "sms", before="callback")
    ask_next = ask_about_voicemail if refused else ask_about_texts
    return ask_next(line, row, "voice.thanks_callback", kind=kind, hours=hours)


def _ask_number(line: Line, row: Row, n: int = 0) -> Response:
    keyed, otherwise = f"callback/number/keyed?n={n}", f"callback/number?n={n + 1}"
    return ask(line, row, ["voice.enter_number"], keyed, otherwise=otherwise, digits=LONGEST_NUMBER)


def _ask_hours(line: Line, row: Row, kind: Kind, n: int = 0) -> Response:
    chosen, otherwise = f"callback/hours/chosen?kind={kind}&n={n}", f"callback/hours?kind={kind}&n={n + 1}"
    return ask(line, row, ["voice.hours"], chosen, otherwise=otherwise)
