"""A bridge as its telephones hear it: the handler's key, the words while it rings, and the question afterwards.

The person's telephone hears nothing of ours when it is rung: either a human picks up and is with the handler at once,
or it is hung up on without a word. Only who was left behind in a conversation is told so. What stands in the addresses
is the random id of a leg, in the documents the random name of a room.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridging, calls
from app.cases.bridge_stages import counts, were_together
from app.cases.bridges import Bridge, Leg, Role, What
from app.cases.facts import Approach
from app.cases.queries import going_on
from app.cases.reach import leave_for
from app.intake.incoming import has_hung_up
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.intake.menu import after_a_talk
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
SAID: Final = {"1": "reached", "2": "no_answer", "3": "wrong_person"}
SAID_OF_A_MACHINE: Final = {"2": "voicemail", "3": "wrong_person", "4": "reached"}
"""Where a machine answered, the key for contact is one that nobody presses by habit."""


@router.post("/screen")
def screen(form: Signed, line: TheLine, db: Db, leg_id: str) -> Response:
    """The handler's telephone was picked up, or a colleague's: only a key says that it was them."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        gone = leg.bridge.leg_of(Role.PERSON).ended or not _is_on_the_staff(leg)
        words = prompt(_language(session, leg), "bridge.colleague" if leg.role == Role.COLLEAGUE else "bridge.screen")
    if gone:
        return xml(twiml.document(twiml.hangup()))
    ask = twiml.gather(words, words, action=line.url(f"bridge/{leg_id}/key"), timeout=TO_PICK_UP)
    return xml(twiml.document(ask, twiml.hangup()))


@router.post("/key")
def key(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """They pressed a key. 1 brings them into the room; now the person is called."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        gone = leg.bridge.leg_of(Role.PERSON).ended and not leg.has(What.READY)
        if form.get("Digits") != READY or leg.ended or gone or not _is_on_the_staff(leg):
            return xml(twiml.document(twiml.hangup()))
        if bridging.note(session, leg, What.READY, at=now) and leg.role == Role.COLLEAGUE and leg.person:
            case = going_on(session, leg.bridge.case_id)
            case.log("contact.joined", by=leg.person.alias, at=now)
        return _room(line, leg)


@router.post("/room")
def enter(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """A call that went on before there was a room comes into it."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        if leg.ended:
            return xml(twiml.document(twiml.hangup()))
        bridging.note(session, leg, What.READY, at=now)
        return _room(line, leg)


@router.post("/answer")
def answer(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """The person's telephone was picked up. A human is brought to the handler; anything else hears nothing from us.

    Where a voicemail may be spoken to, the handler is brought to it and says with their own ears and words what is
    safe: no machine of ours leaves a message. Whether we may is asked once more, since a telephone rings for a while.
    """
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        if form.get("AnsweredBy", "") != A_HUMAN:
            bridging.note(session, leg, What.MACHINE, at=now)
        if leg.ended or not (leg.has(What.READY) or _may_be_joined(session, leg, at=now)):
            if not leg.has(What.MACHINE):
                bridging.note(session, leg, What.HUNG_UP, at=now)
            return xml(twiml.document(twiml.hangup()))
        bridging.note(session, leg, What.READY, at=now)
        return _room(line, leg)


@router.post("/wait")
def wait(form: Signed, db: Db, leg_id: str) -> Response:  # noqa: ARG001 - signed
    """What is heard by somebody alone in the room: how far it has come."""
    with db.reading() as session:
        leg = bridging.look_at(session, leg_id)
        person = leg.bridge.leg_of(Role.PERSON)
        if leg.role == Role.PERSON:
            words = prompt(_language(session, leg), "bridge.moment")
        else:
            words = prompt(_language(session, leg), _in_vain(person) if person.ended else "bridge.ringing")
    return xml(twiml.meanwhile(words, twiml.pause(A_WHILE)))


@router.post("/left")
def left(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """They are out of the room. A handler who was with the person is asked how it went; a person who is still on the
    line was left behind there."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        if leg.role == Role.PERSON:
            return _left_behind(session, line, leg, form, at=now)
        person = leg.bridge.leg_of(Role.PERSON)
        asks = were_together(leg.bridge, leg) and not leg.bridge.outcome and counts(leg) and not has_hung_up(form)
        if asks and leg.bridge.approach_id is None:
            bridging.note(session, leg, What.LED_OUT, at=now)  # they are on the telephone until they have answered
        else:
            _is_over(session, leg, What.OVER, at=now)
        language = _language(session, leg)
        words = _in_vain(person) if person.ended else "page.goodbye"
        if asks:
            return _ask(line, leg, language)
    return xml(twiml.document(prompt(language, words), twiml.hangup()))


@router.post("/said")
def said(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """The handler says by key how it went: contact, no answer, somebody else. Once; the console may have been first."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        language = _language(session, leg)
        if leg.person is None or not (counts(leg) and were_together(leg.bridge, leg)):
            return xml(twiml.document(prompt(language, "page.goodbye"), twiml.hangup()))
        outcome = _answers(leg.bridge).get(form.get("Digits", ""))
        if outcome is None:
            return _ask(line, leg, language)
        is_noted = bridging.conclude(session, leg.bridge, outcome, by=leg.person, at=now)
        is_noted = is_noted or (leg.bridge.outcome is not None and leg.bridge.outcome.by == leg.person.alias)
    words = prompt(language, "bridge.noted" if is_noted else "bridge.not_noted")
    return xml(twiml.document(words, prompt(language, "page.goodbye"), twiml.hangup()))


@router.post("/status", status_code=204)
def status(form: Signed, db: Db, now: Now, leg_id: str) -> Response:
    """The carrier says what became of a leg. Only how it ends is news; the rest we saw ourselves."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        ended = ENDED_AS.get(form.get("CallStatus", ""))
        if ended:
            _is_over(session, leg, ended, at=now)
    return Response(status_code=204)


def moved(session: Session, line: Line, approach_id: str, form: Form, *, at: datetime) -> Response | None:
    """The room in which this call goes on, for the dial that let go of it; None when nobody asked for one."""
    bridge = bridging.of_approach(session, approach_id)
    if bridge is None:
        return None
    leg = bridging.leg_by_id(session, bridge.leg_of(Role.PERSON).id)
    if has_hung_up(form):
        _is_over(session, leg, What.OVER, at=at)
    elif all(one.ended or not counts(one) for one in leg.bridge.staff):  # nobody would be there who can help them
        bridging.note(session, leg, What.REFUSED, at=at)
    if leg.ended:
        return None
    bridging.note(session, leg, What.READY, at=at)
    return _room(line, leg)


def _leg(session: Session, leg_id: str, form: Form) -> Leg:
    leg = bridging.leg_by_id(session, leg_id)
    sid = form.get("CallSid", "")
    if leg.ref is None and sid.isalnum():
        leg.ref = sid[:40]
    return leg


def _is_over(session: Session, leg: Leg, how: What, *, at: datetime) -> None:
    """Nobody is on this leg any more. A call that had come in has then come to its end as such, too."""
    bridging.note(session, leg, how, at=at)
    approach_id = leg.bridge.approach_id
    if approach_id and leg.role == Role.HANDLER:
        calls.part(session, approach_id, spoke=True, at=at)
    elif approach_id and leg.role == Role.PERSON:
        calls.hang_up(session, approach_id, at=at)


def _room(line: Line, leg: Leg) -> Response:
    """When the person leaves, it is over for everyone; of the others each may leave the rest to talk on."""
    entered = twiml.room(
        leg.bridge.room,
        action=line.url(f"bridge/{leg.id}/left"),
        wait_url=line.url(f"bridge/{leg.id}/wait"),
        ends_with_me=leg.role == Role.PERSON,
    )
    return xml(twiml.document(entered))


def _is_on_the_staff(leg: Leg) -> bool:
    """Whether they still are: who has left since the button was pressed is put through to nobody."""
    return leg.person is not None and leg.person.is_active


def _may_be_joined(session: Session, leg: Leg, *, at: datetime) -> bool:
    """Whether the handler still waits for the person, and there still is leave to call them; a machine needs more."""
    leave = leave_for(session, leg.bridge, at=at)
    if leave is None or not leg.bridge.leg_of(Role.HANDLER).is_in:
        return False
    return not leg.has(What.MACHINE) or (leg.bridge.voicemail and leave.voicemail)


def _left_behind(session: Session, line: Line, leg: Leg, form: Form, *, at: datetime) -> Response:
    """A person who is on the line still, after everybody who could help them has left. Who had called us can leave a
    callback, as after any call that breaks off; whom we called is told that it is over."""
    if has_hung_up(form):
        _is_over(session, leg, What.OVER, at=at)
        return xml(twiml.document(twiml.hangup()))
    bridging.note(session, leg, What.OVER, at=at)
    if leg.bridge.approach_id:
        row = session.get_one(Approach, leg.bridge.approach_id)
        return after_a_talk(line, row)
    return xml(twiml.document(prompt(_language(session, leg), "bridge.alone"), twiml.hangup()))


def _answers(bridge: Bridge) -> dict[str, str]:
    return SAID_OF_A_MACHINE if bridge.leg_of(Role.PERSON).has(What.MACHINE) else SAID


def _ask(line: Line, leg: Leg, language: str) -> Response:
    words = prompt(language, "bridge.ask_machine" if _answers(leg.bridge) is SAID_OF_A_MACHINE else "bridge.ask")
    ask = twiml.gather(words, words, action=line.url(f"bridge/{leg.id}/said"), timeout=TO_PICK_UP)
    return xml(twiml.document(ask, prompt(language, "bridge.in_the_console"), twiml.hangup()))


def _in_vain(person: Leg) -> str:
    """Why there is nobody at the other end, in words; of somebody who was there, nothing but goodbye."""
    if person.has(What.READY):
        return "page.goodbye"
    for what, words in (
        (What.REFUSED, "bridge.refused"),
        (What.MACHINE, "bridge.machine"),
        (What.BUSY, "bridge.busy"),
        (What.FAILED, "bridge.failed"),
        (What.HUNG_UP, "bridge.withdrawn"),
    ):
        if person.has(what):
            return words
    return "bridge.no_answer"


def _language(session: Session, leg: Leg) -> str:
    """Staff are spoken to in their first language, the person in the one they used last. A text chooses none."""
    if leg.person:
        return leg.person.languages[0]
    chosen = Approach.case_id == leg.bridge.case_id, Approach.channel != "sms"
    used = select(Approach.language).where(*chosen).order_by(Approach.at.desc())
    return session.scalar(used.limit(1)) or "sv"
