"""Nobody could take the call: may we call back, on which number, at which hours? Silence is the safe default.

What was said is kept at once; hanging up at any point keeps what was known until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cases.facts import Approach as Row
from app.cases.permissions import Hours
from app.intake import told
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.voice import call
from app.telephony import twiml
from app.telephony.numbers import keyed_number, spoken
from app.web import Db, Now

router = APIRouter(prefix="/carrier/callback")

ASKED_AT_MOST: Final = 3
HOURS: Final = {"1": Hours.ANY, "2": Hours.DAY, "3": Hours.EVENING, "4": Hours.NIGHT}
LONGEST_NUMBER: Final = 16
TO_THINK: Final = timedelta(seconds=8)

Try = Annotated[int, Query(ge=0, le=ASKED_AT_MOST)]
Kind = Literal["caller_number", "callback_number"]


@router.post("")
def offer(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """Ask whether we may call back."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    if n == ASKED_AT_MOST:
        return _goodbye(row)
    question = "voice.callback_hidden" if row.withheld else "voice.callback"
    opening = ["voice.nobody", question] if n == 0 else [question]
    return _ask(line, row, opening, f"callback/chosen?n={n}", digits=1, otherwise=f"callback?n={n + 1}")


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
                return _again(line, row, f"callback?n={min(n + 1, ASKED_AT_MOST)}")
    return _goodbye(row, code=code)


@router.post("/number")
def ask_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """Ask for a number to call."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    return _goodbye(row) if n == ASKED_AT_MOST else _ask_number(line, row, n)


@router.post("/number/keyed")
def key_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """They keyed a number: it is kept, read back, and to be confirmed. One that cannot be called is asked for again."""
    number = keyed_number(form.get("Digits", ""))
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if number:
            told.tell_number(session, row.id, number, nth=n, at=now)
    if number is None:
        return _again(line, row, f"callback/number?n={min(n + 1, ASKED_AT_MOST)}", because="voice.bad_number")
    return _ask(
        line,
        row,
        ["voice.confirm_number"],
        f"callback/number/confirmed?n={n}",
        digits=1,
        otherwise=f"callback/number?n={min(n + 1, ASKED_AT_MOST)}",
        number=spoken(number),
    )


@router.post("/number/confirmed")
def confirm_number(form: Signed, line: TheLine, db: Db, now: Now, n: Try = 0) -> Response:
    """They said whether the number that was read back is right."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    if form.get("Digits") == "1":
        return _ask_hours(line, row, "callback_number")
    return _ask_number(line, row, n + 1) if n + 1 < ASKED_AT_MOST else _goodbye(row)


@router.post("/hours")
def ask_hours(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, n: Try = 0) -> Response:
    """Ask again for the hours that are safe."""
    with db.transaction() as session:
        row = call(session, line, form, at=now)
    return _goodbye(row) if n == ASKED_AT_MOST else _ask_hours(line, row, kind, n)


@router.post("/hours/chosen")
def choose_hours(form: Signed, line: TheLine, db: Db, now: Now, kind: Kind, n: Try = 0) -> Response:
    """They chose the hours: now, and only now, we may call."""
    hours = HOURS.get(form.get("Digits", ""))
    with db.transaction() as session:
        row = call(session, line, form, at=now)
        if hours is None:
            return _again(line, row, f"callback/hours?kind={kind}&n={min(n + 1, ASKED_AT_MOST)}")
        code = told.tell_callback(session, line.desk, row.id, wish="call", hours=hours, kind=kind, at=now)
    return _goodbye(row, "voice.thanks_callback", code=code)


def _ask_number(line: Line, row: Row, n: int = 0) -> Response:
    return _ask(
        line,
        row,
        ["voice.enter_number"],
        f"callback/number/keyed?n={n}",
        digits=LONGEST_NUMBER,
        otherwise=f"callback/number?n={n + 1}",
    )


def _ask_hours(line: Line, row: Row, kind: Kind, n: int = 0) -> Response:
    again = f"callback/hours?kind={kind}&n={n + 1}"
    return _ask(line, row, ["voice.hours"], f"callback/hours/chosen?kind={kind}&n={n}", digits=1, otherwise=again)


def _ask(
    line: Line, row: Row, keys: Sequence[str], action: str, *, digits: int, otherwise: str, **values: str
) -> Response:
    prompts = [prompt(row.language, key, **values) for key in keys]
    gather = twiml.gather(*prompts, action=line.url(action), digits=digits, timeout=TO_THINK, silence_counts=False)
    return xml(twiml.document(gather, twiml.redirect(line.url(otherwise))))


def _again(line: Line, row: Row, path: str, *, because: str = "voice.not_understood") -> Response:
    return xml(twiml.document(prompt(row.language, because), twiml.redirect(line.url(path))))


def _goodbye(row: Row, *keys: str, code: str | None = None) -> Response:
    words = [prompt(row.language, key) for key in keys]
    if code:
        words.append(prompt(row.language, "voice.code", code=_slowly(code)))
    return xml(twiml.document(*words, prompt(row.language, "voice.goodbye"), twiml.hangup()))


def _slowly(code: str) -> str:
    """The code digit by digit, in groups of four: `1 2 3 4, 5 6 7 8`."""
    return ", ".join(" ".join(code[start : start + 4]) for start in range(0, len(code), 4))
