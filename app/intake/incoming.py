"""The call behind a webhook: whose it is, which approach it became, and what the carrier says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.cases import calls
from app.cases.facts import Approach as Row
from app.intake import reception
from app.intake.approach import Approach
from app.intake.line import Line, source_of, speakable
from app.programme.apply import current
from app.telephony.numbers import caller_number
from app.telephony.signature import Form

STAR: Final = "*"
"""The key that leads a waiting caller out of the queue, at any time, to being called back or not."""

_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def call(session: Session, line: Line, form: Form, *, at: datetime) -> Row:
    """The approach this webhook is about; opened now when the first webhook has not come or never will.

    A key that comes with it says that somebody is there.
    """
    number = caller_number(form.get("From"))
    arrival = reception.look_for(session, line.desk, source_of(form, "CallSid"), number, at=at)
    approach = Approach(
        channel="phone",
        source=arrival.source,
        number=None if _hides_the_caller(session, form) else number,
        language=offered(session)[0],
    )
    received = reception.receive(session, line.desk, approach, at=at, arrival=arrival)
    if form.get("Digits"):
        calls.note(session, received.approach_id, "keyed", at=at)
    return received.row


def who_calls(session: Session, form: Form) -> str | None:
    """The number of the one who calls or texts, or None for whoever is hidden.

    Hidden is also who comes by way of a number that stands for many: a configured switchboard, the line itself, or
    the number that forwarded the call, where the network put it in the caller's place.
    """
    return None if _hides_the_caller(session, form) else caller_number(form.get("From"))


def _hides_the_caller(session: Session, form: Form) -> bool:
    shown = form.get("From")
    return shown == form.get("ForwardedFrom") or shown in stand_for_many(session)


def stand_for_many(session: Session) -> set[str]:
    """Numbers that are nobody's own: the line's, and the switchboards'. Whoever calls one back calls us."""
    programme = current(session).programme
    return {*programme.switchboards, *programme.numbers}


def offered(session: Session) -> list[str]:
    """The programme's languages that we can speak, the first one first. There is always one."""
    languages = current(session).programme.languages
    return [language for language in languages if speakable(language)] or ["sv"]


def has_hung_up(form: Form) -> bool:
    """Whether the carrier says that the caller is gone: nobody hears what we answer."""
    return form.get("CallStatus") in _OVER
