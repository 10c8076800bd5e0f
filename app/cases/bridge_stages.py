"""How far a bridge has come, from what has happened on its legs. Pure: no clock, no carrier."""

from __future__ import annotations

from enum import StrEnum

from app.cases.bridges import Bridge, Role, What


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

    @property
    def goes_on(self) -> bool:
        """Whether telephones ring or people talk."""
        return self in {Stage.RINGS_YOU, Stage.RINGS_THEM, Stage.MOVING, Stage.TALKING}


def stage(bridge: Bridge) -> Stage:
    """How far it has come."""
    handler, person = bridge.leg_of(Role.HANDLER), bridge.leg_of(Role.PERSON)
    if bridge.outcome:
        return Stage.DONE if person.has(What.READY) else Stage.STOPPED
    if person.is_in and not all(leg.ended for leg in bridge.staff):
        return Stage.TALKING
    if bridge.approach_id and not handler.has(What.READY):
        return Stage.NOT_MOVED if handler.ended else Stage.MOVING
    if not handler.has(What.READY):
        return Stage.NOT_PICKED_UP if handler.ended else Stage.RINGS_YOU
    if not person.ended:
        return Stage.RINGS_THEM if not handler.ended else Stage.ASKS
    return Stage.ASKS if person.has(What.READY) else Stage.STOPPED
