"""Conditions on bridges: who was in the room with whom, and what was said of it."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from app.cases.bridges import ENDS, Bridge, BridgeOutcome, Leg, LegFact, Role, What
from app.cases.facts import ContactAttempt


def together(person_id: str | BindParameter[str]) -> Select[Bridge]:
    """Bridges in which this member of staff and the person were at the same moment.

    Whoever asks often writes the question out once, with a `bindparam`: building it costs several times as much as
    asking.
    """
    staff, person = aliased(Leg), aliased(Leg)
    theirs, persons = aliased(LegFact), aliased(LegFact)
    return (
        select(Bridge)
        .join(staff, (staff.bridge_id == Bridge.id) & (staff.person_id == person_id))
        .join(theirs, (theirs.leg_id == staff.id) & (theirs.what == What.READY))
        .join(person, (person.bridge_id == Bridge.id) & (person.role == Role.PERSON))
        .join(persons, (persons.leg_id == person.id) & (persons.what == What.READY))
        .where(~_left_before(staff, persons), ~_left_before(person, theirs))
    )


def nobody_said() -> ColumnElement[bool]:
    """Nobody has said yet how it went."""
    return ~exists().where(BridgeOutcome.bridge_id == Bridge.id)


def was_reached() -> ColumnElement[bool]:
    """Somebody said that they spoke with the person."""
    attempt = (ContactAttempt.id == BridgeOutcome.attempt_id) & (ContactAttempt.outcome == "reached")
    return exists().where(BridgeOutcome.bridge_id == Bridge.id, attempt)


def a_machine() -> ColumnElement[bool]:
    """What answered the person's telephone was no human, as far as the carrier could hear."""
    heard = exists().where(LegFact.leg_id == Leg.id, LegFact.what == What.MACHINE)
    return exists().where(Leg.bridge_id == Bridge.id, Leg.role == Role.PERSON, heard)


def _left_before(leg: type[Leg], coming: type[LegFact]) -> ColumnElement[bool]:
    end = aliased(LegFact)
    return exists().where(end.leg_id == leg.id, end.what.in_(ENDS), end.at < coming.at)
