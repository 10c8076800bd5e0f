"""A bridge as its telephones hear it: the handler's key, the words while it rings, and the question afterwards.

The person's telephone hears nothing of ours at all: either a human picks up and is with the handler at once, or it is
hung up on without a word. What stands in the addresses is the random id of a leg, in the documents the random name of
a room.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridging, calls
from app.cases.bridges import Leg, Role, What
from app.cases.facts import Approach
from app.cases.queries import going_on
from app.intake.incoming import has_hung_up
from app.intake.line import Line, Signed, TheLine, prompt, xml
from app.staff import roles
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


@router.post("/screen")
def screen(form: Signed, line: TheLine, db: Db, leg_id: str) -> Response:
    """The handler's telephone was picked up, or a colleague's: only a key says that it was them."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        gone = leg.bridge.leg_of(Role.PERSON).ended
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
        if form.get("Digits") != READY or leg.ended:
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
    safe: no machine of ours leaves a message.
    """
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        if form.get("AnsweredBy", "") != A_HUMAN:
            bridging.note(session, leg, What.MACHINE, at=now)
        somebody_waits = any(one.is_in for one in leg.bridge.staff)
        wanted = leg.bridge.voicemail or not leg.has(What.MACHINE)
        if leg.ended or not (somebody_waits and wanted):
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
    """They are out of the room. A handler who was with the person is asked how it went; the person hears no more."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        person = leg.bridge.leg_of(Role.PERSON)
        _is_over(session, leg, What.OVER, at=now)
        asks = person.has(What.READY) and not leg.bridge.outcome and _may_say(leg) and not has_hung_up(form)
        language, gone = _language(session, leg), person.ended
        words = _in_vain(person) if gone and not person.has(What.READY) else "page.goodbye"
    if leg.role == Role.PERSON:
        return xml(twiml.document(twiml.hangup()))
    return _ask(line, leg, language) if asks else xml(twiml.document(prompt(language, words), twiml.hangup()))


@router.post("/said")
def said(form: Signed, line: TheLine, db: Db, now: Now, leg_id: str) -> Response:
    """The handler says by key how it went: contact, no answer, somebody else. Once; the console may have been first."""
    with db.transaction() as session:
        leg = _leg(session, leg_id, form)
        outcome, language = SAID.get(form.get("Digits", "")), _language(session, leg)
        if outcome is None or leg.person is None or not _may_say(leg):
            return _ask(line, leg, language)
        if outcome == "no_answer" and leg.bridge.leg_of(Role.PERSON).has(What.MACHINE):
            outcome = "voicemail"
        bridging.conclude(session, leg.bridge, outcome, by=leg.person, at=now)
    return xml(twiml.document(prompt(language, "bridge.noted"), prompt(language, "page.goodbye"), twiml.hangup()))


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
    elif all(one.ended for one in leg.bridge.staff):  # nobody would be there with them
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


def _ask(line: Line, leg: Leg, language: str) -> Response:
    words = prompt(language, "bridge.ask")
    ask = twiml.gather(words, words, action=line.url(f"bridge/{leg.id}/said"), timeout=TO_PICK_UP)
    return xml(twiml.document(ask, prompt(language, "bridge.in_the_console"), twiml.hangup()))


def _may_say(leg: Leg) -> bool:
    """Whether their word counts: an interpreter's does not."""
    return leg.person is not None and roles.Role.INTERPRETER not in leg.person.roles


def _in_vain(person: Leg) -> str:
    """Why there is nobody at the other end, in words."""
    for what, words in (
        (What.REFUSED, "bridge.refused"),
        (What.MACHINE, "bridge.machine"),
        (What.BUSY, "bridge.busy"),
        (What.FAILED, "bridge.failed"),
    ):
        if person.has(what):
            return words
    return "bridge.no_answer"


def _language(session: Session, leg: Leg) -> str:
    """Staff are spoken to in their first language, the person in the one they used last."""
    if leg.person:
        return leg.person.languages[0]
    used = select(Approach.language).where(Approach.case_id == leg.bridge.case_id).order_by(Approach.at.desc())
    return session.scalar(used.limit(1)) or "sv"
