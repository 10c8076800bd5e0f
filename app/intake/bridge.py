"""A bridge as its telephones hear it: the handler's key, and the words while it rings. Its end is `parting.py`.

The person's telephone hears nothing of ours when it is rung: either a human picks up and is with the handler at once,
or it is hung up on without a word. Only who was left behind in a conversation is told so. What stands in the addresses
is the random id of a leg, in the documents the random name of a room.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridge_queries, bridging
from app.cases.bridge_stages import counts
from app.cases.bridges import Leg, Role, What
from app.cases.queries import going_on
from app.cases.reach import leave_for
from app.intake.incoming import has_hung_up
from app.intake.legs import in_vain, is_over, language_of, leg_of, room_for
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.telephony import twiml
from app.telephony.signature import Form
from app.web import Db, Now

router = APIRouter(prefix="/carrier/bridge/{leg_id}")

READY: Final = "1"
A_HUMAN: Final = "human"
"""The one answer of the carrier's machine detection that brings somebody into the room."""

TO_PICK_UP: Final = timedelta(seconds=8)
A_WHILE: Final = 10
"""Seconds of silence between the words that somebody alone in a room hears."""

ENDED_AS: Final = {
    "completed": What.OVER,
    "busy": What.BUSY,
    "no-answer": What.NO_ANSWER,
    "canceled": What.NO_ANSWER,
    "failed": What.FAILED,
}


@router.post("/screen")
def screen(form: Signed, line: TheLine, db: Db, leg_id: str) -> Response:
    """The handler's telephone was picked up, or a colleague's: only a key says that it was them."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        gone = leg.bridge.leg_of(Role.PERSON).ended or not _is_on_the_staff(leg)
        words = prompt(language_of(session, leg), "bridge.colleague" if leg.role == Role.COLLEAGUE else "bridge.screen")
    if gone:
        return xml(twiml.document(twiml.hangup()))
    ask = twiml.gather(words, words, action=line.url(f"bridge/{leg_id}/key"), timeout=TO_PICK_UP)
    return xml(twiml.document(ask, twiml.hangup()))


@router.post("/key")
def key(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """They pressed a key. 1 brings them into the room; now the person is called."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        gone = leg.bridge.leg_of(Role.PERSON).ended and not leg.has(What.READY)
        if form.get("Digits") != READY or leg.ended or gone or not _is_on_the_staff(leg):
            return xml(twiml.document(twiml.hangup()))
        if bridging.note(session, leg, What.READY, at=now) and leg.role == Role.COLLEAGUE and leg.person:
            case = going_on(session, leg.bridge.case_id)
            case.log("contact.joined", by=leg.person.alias, at=now)
        return room_for(line, leg)


@router.post("/room")
def enter(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """A call that went on before there was a room comes into it."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        if leg.ended:
            return xml(twiml.document(twiml.hangup()))
        bridging.note(session, leg, What.READY, at=now)
        return room_for(line, leg)


@router.post("/answer")
def answer(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """The person's telephone was picked up. A human is brought to the handler; anything else hears nothing from us.

    Where a voicemail may be spoken to, the handler is brought to it and says with their own ears and words what is
    safe: no machine of ours leaves a message. Whether we may is asked once more, since a telephone rings for a while.
    """
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        if form.get("AnsweredBy", "") != A_HUMAN:
            bridging.note(session, leg, What.MACHINE, at=now)
        if leg.ended or not (leg.has(What.READY) or _may_be_joined(session, leg, at=now)):
            if not leg.has(What.MACHINE):
                bridging.note(session, leg, What.HUNG_UP, at=now)
            return xml(twiml.document(twiml.hangup()))
        bridging.note(session, leg, What.READY, at=now)
        return room_for(line, leg)


@router.post("/wait")
def wait(form: Signed, db: Db, leg_id: str) -> Response:  # noqa: ARG001 - signed
    """What is heard by somebody alone in the room: how far it has come."""
    with db.reading() as session:
        leg = bridging.look_at(session, leg_id)
        person = leg.bridge.leg_of(Role.PERSON)
        if leg.role == Role.PERSON:
            words = prompt(language_of(session, leg), "bridge.moment")
        else:
            words = prompt(language_of(session, leg), in_vain(person) if person.ended else "bridge.ringing")
    return xml(twiml.meanwhile(words, twiml.pause(A_WHILE)))


@router.post("/status", status_code=204)
def status(form: Signed, db: Db, now: Now, leg_id: str) -> Response:
    """The carrier says what became of a leg. Only how it ends is news; the rest we saw ourselves."""
    with db.transaction() as session:
        leg = leg_of(session, leg_id, form)
        ended = ENDED_AS.get(form.get("CallStatus", ""))
        if ended:
            is_over(session, leg, ended, at=now)
    return Response(status_code=204)


def moved(session: Session, line: Line, approach_id: str, form: Form, *, at: datetime) -> Response | None:
    """The room in which this call goes on, for the dial that let go of it; None when nobody asked for one."""
    bridge = bridge_queries.of_approach(session, approach_id)
    if bridge is None:
        return None
    leg = bridging.leg_by_id(session, bridge.leg_of(Role.PERSON).id)
    if has_hung_up(form):
        is_over(session, leg, What.OVER, at=at)
    elif all(one.ended or not counts(one) for one in leg.bridge.staff):  # nobody would be there who can help them
        bridging.note(session, leg, What.REFUSED, at=at)
    if leg.ended:
        return None
    bridging.note(session, leg, What.READY, at=at)
    return room_for(line, leg)


def _is_on_the_staff(leg: Leg) -> bool:
    """Whether they still are: who has left since the button was pressed is put through to nobody."""
    return leg.person is not None and leg.person.is_active


def _may_be_joined(session: Session, leg: Leg, *, at: datetime) -> bool:
    """Whether the handler still waits for the person, and there still is leave to call them; a machine needs more."""
    leave = leave_for(session, leg.bridge, at=at)
    if leave is None or not leg.bridge.leg_of(Role.HANDLER).is_in:
        return False
    return not leg.has(What.MACHINE) or (leg.bridge.voicemail and leave.voicemail)
