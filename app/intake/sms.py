"""A text: from a stranger it becomes a case, from a member of staff it is a command. The person gets no reply, ever."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.escalation import commands
from app.intake import reception
from app.intake.line import Signed, TheLine, source_of, xml
from app.intake.reception import Approach
from app.programme.apply import current
from app.telephony import twiml
from app.telephony.numbers import caller_number
from app.web import Db, Now

router = APIRouter(prefix="/carrier/sms")


@router.post("")
def receive(form: Signed, line: TheLine, db: Db, now: Now) -> Response:
    """Take in one text. What staff are answered goes through the outbox like every other page."""
    number = caller_number(form.get("From"))
    with db.transaction() as session:
        person = line.directory.person_with_number(session, number) if number else None
        if person:
            commands.obey(session, person, form.get("Body", ""), source=source_of(form, "MessageSid"), at=now)
        else:
            approach = Approach(
                channel="sms",
                source=source_of(form, "MessageSid"),
                number=number,
                language=current(session).programme.languages[0],
                message=form.get("Body") or None,
            )
            reception.receive(session, line.desk, approach, at=now)
    return xml(twiml.silence())
