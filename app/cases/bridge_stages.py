"""How far a bridge has come, from what has happened on its legs, and what that is to one of the staff. Pure: no clock,
no carrier.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from app.cases.bridges import ENDS, Bridge, Leg, Role, What
from app.staff import roles


class Stage(StrEnum):
    """How far a bridge has come, as the console says it (`bridge.rings_you`)."""

    RINGS_YOU = "rings_you"
    NOT_PICKED_UP = "not_picked_up"
    RINGS_THEM = "rings_them"
    STOPPED = "stopped"
    MOVING = "moving"
    NOT_MOVED = "not_moved"
    TALKING = "talking"
    ASKS = "asks"
    DONE = "done"

    INVITED = "invited"
    """It goes on, and the reader's telephone rings for it."""
    LEFT = "left"
    """It goes on without the reader, who was in it."""
    ELSEWHERE = "elsewhere"
    """It goes on, and was never the reader's."""

    @property
    def goes_on(self) -> bool:
        """Whether telephones ring or people talk."""
        return self not in {Stage.NOT_PICKED_UP, Stage.STOPPED, Stage.NOT_MOVED, Stage.ASKS, Stage.DONE}


def stage(bridge: Bridge) -> Stage:
    """How far it has come. People who talk are talking, whatever was written down meanwhile."""
    handler, person = bridge.leg_of(Role.HANDLER), bridge.leg_of(Role.PERSON)
    if person.is_in and not all(leg.ended for leg in bridge.staff):
        return Stage.TALKING
    if bridge.outcome:
        return Stage.DONE if person.has(What.READY) else Stage.STOPPED
    if bridge.approach_id and not handler.has(What.READY):
        return Stage.NOT_MOVED if handler.ended else Stage.MOVING
    if not handler.has(What.READY):
        return Stage.NOT_PICKED_UP if handler.ended else Stage.STOPPED if person.ended else Stage.RINGS_YOU
    if not person.ended and not handler.ended:
        return Stage.RINGS_THEM
    return Stage.ASKS if bridge.approach_id or person.has(What.READY) else Stage.STOPPED


def as_seen(found: Stage, bridge: Bridge, person_id: str) -> Stage:
    """What a stage is to one of the staff: only who is in the conversation is told what to do in it."""
    mine = [leg for leg in bridge.staff if leg.person_id == person_id]
    there = [leg for leg in mine if not leg.ended]
    if not found.goes_on:
        return found if mine or found not in {Stage.NOT_PICKED_UP, Stage.NOT_MOVED} else Stage.DONE
    if any(leg.is_in or leg.role == Role.HANDLER for leg in there):
        return found
    if there:
        return Stage.INVITED
    return Stage.LEFT if any(leg.has(What.READY) for leg in mine) else Stage.ELSEWHERE


def may_say(bridge: Bridge, person_id: str) -> bool:
    """Whether this member of staff can tell how it went: they were with the person, and not to interpret. Where nobody
    was, whoever began it can."""
    told_by = [leg for leg in bridge.staff if counts(leg) and were_together(bridge, leg)]
    return person_id in {leg.person_id for leg in told_by} or (not told_by and bridge.by_id == person_id)


def counts(leg: Leg) -> bool:
    """Whether somebody on this leg can lead a conversation and answer for it: an interpreter cannot."""
    return leg.person is not None and roles.Role.INTERPRETER not in leg.person.roles


def were_together(bridge: Bridge, leg: Leg) -> bool:
    """Whether this leg and the person's were in the room at the same time."""
    person = bridge.leg_of(Role.PERSON)
    came, persons_came = leg.when(What.READY), person.when(What.READY)
    if came is None or persons_came is None:
        return False
    left, persons_left = _end(leg), _end(person)
    return (persons_left is None or came <= persons_left) and (left is None or persons_came <= left)


def _end(leg: Leg) -> datetime | None:
    return min((fact.at for fact in leg.facts if fact.what in ENDS), default=None)
