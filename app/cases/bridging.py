"""The verbs of a bridge: open it, note what happens on its legs, say how it went. Each changes something once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cases.bridge_queries import WITH_ALL
from app.cases.bridges import (
    OURS,
    Bridge,
    BridgeOutcome,
    Leg,
    LegFact,
    Role,
    What,
)
from app.cases.facts import Approach, ContactAttempt
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.queries import going_on, ids_of_whole
from app.cases.together import nobody_said, together
from app.errors import NoSuchPage
from app.staff.models import Person

IN_VAIN: Final = {
    What.MACHINE: "voicemail",
    What.BUSY: "busy",
    What.NO_ANSWER: "no_answer",
    What.FAILED: "no_answer",
}
"""What follows without asking anybody, when the person was never in the room: the outcome of the attempt."""


def begin(session: Session, case: Case, permit: Permit, *, by: Person, at: datetime) -> Bridge:
    """A room for the person and this handler. Nobody is called yet."""
    bridge = Bridge(case_id=case.id, by_id=by.id, at=at, voicemail=permit.voicemail)
    bridge.legs = [Leg(role=Role.HANDLER, person_id=by.id, at=at, facts=[]), Leg(role=Role.PERSON, at=at, facts=[])]
    session.add(bridge)
    session.flush()
    return bridge


def move(session: Session, case: Case, approach: Approach, *, ref: str, by: Person, at: datetime) -> Bridge:
    """A room for a call that came in and the handler who has it; `ref` is the carrier's reference to the handler's leg.

    Asked again, the same room.
    """
    if known := session.scalar(select(Bridge).where(Bridge.approach_id == approach.id).options(*WITH_ALL)):
        return known
    bridge = Bridge(case_id=case.id, by_id=by.id, at=at, approach_id=approach.id)
    bridge.legs = [
        Leg(role=Role.HANDLER, person_id=by.id, at=at, ref=ref, facts=[LegFact(what=What.CALLED, at=at)]),
        Leg(role=Role.PERSON, at=at, ref=approach.source, facts=[LegFact(what=What.CALLED, at=at)]),
    ]
    session.add(bridge)
    session.flush()
    return bridge


def invite(session: Session, bridge: Bridge, colleague: Person, *, by: Person, at: datetime) -> Leg:
    """Ask for a colleague or an interpreter in the room. Somebody whose telephone rings already is not rung twice."""
    for leg in bridge.staff:
        if leg.person_id == colleague.id and not leg.ended:
            return leg
    leg = Leg(bridge_id=bridge.id, role=Role.COLLEAGUE, person_id=colleague.id, at=at, facts=[])
    bridge.legs.append(leg)
    session.flush()
    case = going_on(session, bridge.case_id)
    case.log("contact.invited", by=by.alias, at=at, to=colleague.alias)
    return leg


def by_id(session: Session, bridge_id: str) -> Bridge:
    """The bridge as it is now, locked for change until the transaction ends; its case is locked before it."""
    going_on(session, session.get_one(Bridge, bridge_id).case_id)
    found = select(Bridge).where(Bridge.id == bridge_id).with_for_update().options(*WITH_ALL)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def leg_by_id(session: Session, leg_id: str) -> Leg:
    """The leg with this id, its bridge locked for change. NoSuchPage when there is none."""
    bridge = by_id(session, look_at(session, leg_id).bridge_id)
    return next(leg for leg in bridge.legs if leg.id == leg_id)


def look_at(session: Session, leg_id: str) -> Leg:
    """The leg with this id, for looking only. NoSuchPage when there is none."""
    leg = session.get(Leg, leg_id)
    if leg is None:
        raise NoSuchPage("There is no such call.")
    return leg


def note(session: Session, leg: Leg, what: What, *, at: datetime) -> bool:
    """Write down that something happened on a leg. False, and nothing changed, when that was known already."""
    if leg.has(what):
        return False
    leg.facts.append(LegFact(leg_id=leg.id, what=what, at=at))
    session.flush()
    case = going_on(session, leg.bridge.case_id)
    case.log("bridge.noted", by=_told_by(leg, what), at=at, role=leg.role, what=what.value)
    if leg.role == Role.PERSON:
        _conclude_in_vain(session, leg, at=at)
    return True


def conclude(session: Session, bridge: Bridge, outcome: str, *, by: Person, at: datetime, word: str = "") -> bool:
    """Say how it went; it becomes an attempt, and `reached` is contact. False when nothing was written: it was said
    already, or the case is over.

    The first word counts, but for one thing: who reached the person is not silenced by a colleague who did not.
    `word`: by whose word, where that is not the person who made the attempt.
    """
    case = going_on(session, bridge.case_id)
    said = session.get_one(ContactAttempt, bridge.outcome.attempt_id).outcome if bridge.outcome else None
    if case.closure or said == "reached" or (said and outcome != "reached"):
        return False
    attempt = case.record_attempt(by=by, at=at, channel="call", outcome=outcome)
    session.flush()
    if bridge.outcome:
        bridge.outcome.attempt_id, bridge.outcome.at, bridge.outcome.by = attempt.id, at, word or by.alias
    else:
        bridge.outcome = BridgeOutcome(attempt_id=attempt.id, at=at, by=word or by.alias)
    session.flush()
    return True


def answer_question(session: Session, case: Case, outcome: str, *, by: Person, at: datetime) -> bool:
    """Take an attempt that is written down by hand for the answer to a call we placed, if they were asked about one."""
    bridge = session.scalar(_ASKED_ABOUT, {"person": by.id, "cases": ids_of_whole(session, case)})
    return bridge is not None and conclude(session, by_id(session, bridge.id), outcome, by=by, at=at)


_ASKED_ABOUT: Final = (
    together(bindparam("person"))
    .where(Bridge.case_id.in_(bindparam("cases", expanding=True)), nobody_said())
    .order_by(Bridge.at.desc())
    .limit(1)
)
"""The last call of theirs about a case of which nobody has said how it went."""


def _told_by(leg: Leg, what: What) -> str:
    if what in OURS:
        return "engine"
    return leg.person.alias if what is What.READY and leg.person else "carrier"


def _conclude_in_vain(session: Session, leg: Leg, *, at: datetime) -> None:
    """An attempt that reached nobody is written down at once, so that it counts though the handler hangs up."""
    bridge = leg.bridge
    if bridge.approach_id or leg.has(What.READY, What.REFUSED) or not (leg.ended and leg.has(What.CALLED)):
        return
    happened = next((what for what in IN_VAIN if leg.has(what)), What.NO_ANSWER)
    conclude(session, bridge, IN_VAIN[happened], by=bridge.by, at=at, word="carrier")
