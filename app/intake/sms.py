"""A text: from a stranger it becomes a case, from a member of staff it is a command. The person gets no reply, ever."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.queries import locked, maybe_the_same
from app.escalation import commands
from app.intake import reception
from app.intake.approach import Approach
from app.intake.incoming import who_calls
from app.intake.line import Line, Signed, TheLine, source_of, xml
from app.programme.apply import current
from app.telephony import twiml
from app.telephony.stop_words import asks_to_stop
from app.web import Db, Now

router = APIRouter(prefix="/carrier/sms")


@router.post("")
def receive(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Take in one text. What staff are answered goes through the outbox like every other page."""
    source = source_of(form, "MessageSid")
    with db.transaction() as session:
        take_in(session, line, who_calls(session, form), form.get("Body", ""), source=source, at=now)
    return xml(twiml.silence())


def take_in(session: Session, line: Line, number: str | None, body: str, *, source: str, at: datetime) -> None:
    """Obey a text from staff, let anybody else's become a case; once for each `source` (the carrier's id of it)."""
    person = line.directory.person_with_number(session, number) if number else None
    if person:
        commands.obey(session, person, body, source=source, at=at)
        return
    approach = Approach(
        channel="sms",
        source=source,
        number=number,
        language=current(session).programme.languages[0],
        message=body or None,
    )
    arrival = reception.look_for(session, line.desk, source, number, at=at)
    received = reception.receive(session, line.desk, approach, at=at, arrival=arrival)
    if asks_to_stop(body) and not arrival.is_known:
        _stop(session, received.case_id, at=at)


def _stop(session: Session, case_id: str, *, at: datetime) -> None:
    """They want no more texts: whatever leave to text this case had is over. They are taken in as anybody else is.

    So is the leave of every other case that may be theirs. Of those one in 256 is not; there it has to be asked for
    again, which is better than a text to somebody who said stop. (Carriers know English words only.)
    """
    case = locked(session, case_id)
    case.withdraw("sms", by="caller", at=at, because="stop_word")
    others = sorted(other.id for other in maybe_the_same(session, case) if other.allows("sms"))
    for other in others:
        locked(session, other).withdraw("sms", by="engine", at=at, because="stop_word")
