"""The legs of a bridge as the carrier's doors need them: found, ended, led into their room, and spoken to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import bridging, calls
from app.cases.bridges import Leg, Role, What
from app.cases.models import Case
from app.intake.line import Line, xml
from app.telephony import twiml
from app.telephony.signature import Form


def leg_of(session: Session, leg_id: str, form: Form) -> Leg:
    """The leg this webhook is about, its bridge locked; how the carrier calls it is kept. NoSuchPage for none."""
    leg = bridging.leg_by_id(session, leg_id)
    sid = form.get("CallSid", "")
    if leg.ref is None and sid.isalnum():
        leg.ref = sid[:40]
    return leg


def is_over(session: Session, leg: Leg, how: What, *, at: datetime) -> None:
    """Nobody is on this leg any more. A call that had come in has then come to its end as such, too."""
    bridging.note(session, leg, how, at=at)
    approach_id = leg.bridge.approach_id
    if approach_id and leg.role == Role.HANDLER:
        calls.part(session, approach_id, spoke=True, at=at)
    elif approach_id and leg.role == Role.PERSON:
        calls.hang_up(session, approach_id, at=at)


def room_for(line: Line, leg: Leg) -> Response:
    """Their way into the room. When the person leaves, it is over for everyone; each of the others may leave the rest
    to talk on."""
    entered = twiml.room(
        leg.bridge.room,
        action=line.url(f"bridge/{leg.id}/left"),
        wait_url=line.url(f"bridge/{leg.id}/wait"),
        ends_with_me=leg.role == Role.PERSON,
    )
    return xml(twiml.document(entered))


def in_vain(person: Leg) -> str:
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


def language_of(session: Session, leg: Leg) -> str:
    """Staff are spoken to in their first language, the person in the one they chose last."""
    return leg.person.languages[0] if leg.person else session.get_one(Case, leg.bridge.case_id).language
