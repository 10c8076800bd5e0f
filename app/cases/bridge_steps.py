"""What is to be done on the legs of a bridge now, from what has happened on them. Pure: no clock, no carrier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from app.cases.bridge_stages import counts, were_together
from app.cases.bridges import ENDS, Bridge, Leg, Role, What

GIVES_UP_AFTER: Final = timedelta(minutes=2)
"""A telephone that was rung so long ago, and of which nothing was heard since, is not ringing any more."""

A_TICKET_LASTS: Final = timedelta(minutes=5)
"""From the button to the handler's key. After that the number is forgotten, and the button is pressed again."""

LEAVES_WITHIN: Final = timedelta(seconds=10)
"""The room closes when the person leaves. Whoever is in one so long afterwards came too late and is alone in it."""


class Deed(StrEnum):
    """What can be done on a leg."""

    CALL_STAFF = "call_staff"
    CALL_PERSON = "call_person"
    LEAD_IN = "lead_in"
    """Bring a call that goes on already into the room."""
    LEAD_OUT = "lead_out"
    """Bring whoever waits in vain out of the room, to hear how it went."""
    HANG_UP = "hang_up"
    GIVE_UP = "give_up"


class Step(NamedTuple):
    """One thing to do on one leg."""

    deed: Deed
    leg_id: str


def is_sought(bridge: Bridge) -> bool:
    """Whether we call the person and have not brought them in yet: until then the leave to do so can be lost."""
    person = bridge.leg_of(Role.PERSON)
    return bridge.approach_id is None and person.has(What.CALLED) and not person.has(What.READY, *ENDS)


def steps(bridge: Bridge, *, at: datetime, speed: float = 1.0, allowed: bool = True) -> list[Step]:
    """What is to be done now; nothing twice. `speed`: how fast this line's clock runs beside the carrier's; `allowed`:
    whether there still is leave to seek the person."""
    person = bridge.leg_of(Role.PERSON)
    found = [*_of_person(bridge, person, at, speed, allowed=allowed)]
    for leg in bridge.staff:
        found += _of_staff(leg, person, at, speed)
    return found


def _of_person(bridge: Bridge, person: Leg, at: datetime, speed: float, *, allowed: bool) -> Iterator[Step]:
    if person.ended:
        return
    handler = bridge.leg_of(Role.HANDLER)
    if not person.has(What.CALLED):
        if handler.is_in:
            yield Step(Deed.CALL_PERSON, person.id)
        elif handler.ended:
            yield Step(Deed.GIVE_UP, person.id)
    elif person.has(What.READY):
        yield from _left_alone(bridge, person)
    elif _is_lost(person, at, speed):
        yield Step(Deed.GIVE_UP, person.id)
    elif is_sought(bridge) and (handler.ended or not allowed):
        yield from _hang_up(person)


def _left_alone(bridge: Bridge, person: Leg) -> Iterator[Step]:
    """Nobody who can help them is in the room any more, or still may come: they are not left with an interpreter, and
    who called us is asked what they need, as after any call that was cut off."""
    if any(counts(leg) and not leg.ended for leg in bridge.staff):
        return
    if person.has(What.LED_OUT):
        return
    hears_words = bridge.approach_id or any(leg.is_in for leg in bridge.staff)
    yield from _lead_out(person) if hears_words else _hang_up(person)


def _of_staff(leg: Leg, person: Leg, at: datetime, speed: float) -> Iterator[Step]:
    if leg.ended:
        return
    if person.ended or _was_not_moved(leg.bridge):
        yield from _send_home(leg, person, at, speed)
    elif not leg.has(What.CALLED):
        if _may_be_rung(leg):
            yield Step(Deed.CALL_STAFF, leg.id)
    elif _is_lost(leg, at, speed):
        yield Step(Deed.GIVE_UP, leg.id)
    elif leg.bridge.approach_id and leg.role == Role.HANDLER and not leg.has(What.READY, What.LED_IN):
        yield Step(Deed.LEAD_IN, leg.id)


def _was_not_moved(bridge: Bridge) -> bool:
    """The call that came in goes on as it was, outside the room: nobody comes into it any more."""
    handler, person = bridge.leg_of(Role.HANDLER), bridge.leg_of(Role.PERSON)
    return bool(bridge.approach_id) and handler.ended and not (handler.has(What.READY) or person.has(What.READY))


def _may_be_rung(leg: Leg) -> bool:
    """Whoever is brought into a call that came in is rung once it has been moved."""
    moved = leg.bridge.leg_of(Role.HANDLER).has(What.LED_IN, What.READY)
    return moved or not leg.bridge.approach_id


def _send_home(leg: Leg, person: Leg, at: datetime, speed: float) -> Iterator[Step]:
    """The person is gone. Who was with them leaves the room as it closes; who was not, waits in vain."""
    if not leg.has(What.CALLED):
        yield Step(Deed.GIVE_UP, leg.id)
    elif not leg.has(What.READY):
        yield from _hang_up(leg)
    elif not were_together(leg.bridge, leg) or _stays_on(person, at, speed):
        yield from _lead_out(leg)


def _stays_on(person: Leg, at: datetime, speed: float) -> bool:
    left = min((fact.at for fact in person.facts if fact.what in ENDS), default=at)
    return at - left >= LEAVES_WITHIN * speed


def _lead_out(leg: Leg) -> Iterator[Step]:
    if leg.ref and not leg.has(What.LED_OUT):
        yield Step(Deed.LEAD_OUT, leg.id)


def _hang_up(leg: Leg) -> Iterator[Step]:
    if leg.ref and not leg.has(What.HUNG_UP):
        yield Step(Deed.HANG_UP, leg.id)


def _is_lost(leg: Leg, at: datetime, speed: float) -> bool:
    called = leg.when(What.CALLED)
    return called is not None and not leg.has(What.READY) and at - called >= GIVES_UP_AFTER * speed
