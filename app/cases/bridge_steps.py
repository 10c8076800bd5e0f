"""What is to be done on the legs of a bridge now, from what has happened on them. Pure: no clock, no carrier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from app.cases.bridges import Bridge, Leg, Role, What

GIVES_UP_AFTER: Final = timedelta(minutes=2)
"""A telephone that was rung so long ago, and of which nothing was heard since, is not ringing any more."""

A_TICKET_LASTS: Final = timedelta(minutes=5)
"""From the button to the handler's key. After that the number is forgotten, and the button is pressed again."""


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


def steps(bridge: Bridge, *, at: datetime, speed: float = 1.0) -> list[Step]:
    """What is to be done now; nothing twice. `speed`: how fast this line's clock runs beside the carrier's."""
    person = bridge.leg_of(Role.PERSON)
    found = [*_of_person(bridge, person, at, speed)]
    for leg in bridge.staff:
        found += _of_staff(leg, person, at, speed)
    return found


def _of_person(bridge: Bridge, person: Leg, at: datetime, speed: float) -> Iterator[Step]:
    if person.ended:
        return
    if not person.has(What.CALLED):
        if any(leg.is_in for leg in bridge.staff):
            yield Step(Deed.CALL_PERSON, person.id)
        elif all(leg.ended for leg in bridge.staff):
            yield Step(Deed.GIVE_UP, person.id)
    elif all(leg.ended for leg in bridge.staff) and _is_ours_to_end(bridge, person):
        yield from _hang_up(person)
    elif _is_lost(person, at, speed):
        yield Step(Deed.GIVE_UP, person.id)


def _is_ours_to_end(bridge: Bridge, person: Leg) -> bool:
    """A call that came in and never reached the room still belongs to the handler it was dialled to."""
    return bridge.approach_id is None or person.has(What.READY)


def _of_staff(leg: Leg, person: Leg, at: datetime, speed: float) -> Iterator[Step]:
    if leg.ended:
        return
    if person.ended:
        yield from _send_home(leg, person)
    elif not leg.has(What.CALLED):
        yield Step(Deed.CALL_STAFF, leg.id)
    elif leg.bridge.approach_id and leg.role == Role.HANDLER and not leg.has(What.READY, What.LED_IN):
        yield Step(Deed.LEAD_IN, leg.id)
    elif _is_lost(leg, at, speed):
        yield Step(Deed.GIVE_UP, leg.id)


def _send_home(leg: Leg, person: Leg) -> Iterator[Step]:
    """The person is gone. Who was with them leaves the room by themselves; who was not waits in vain."""
    if not leg.has(What.CALLED):
        yield Step(Deed.GIVE_UP, leg.id)
    elif not leg.has(What.READY):
        yield from _hang_up(leg)
    elif not person.has(What.READY) and not leg.has(What.LED_OUT) and leg.ref:
        yield Step(Deed.LEAD_OUT, leg.id)


def _hang_up(leg: Leg) -> Iterator[Step]:
    if leg.ref and not leg.has(What.HUNG_UP):
        yield Step(Deed.HANG_UP, leg.id)


def _is_lost(leg: Leg, at: datetime, speed: float) -> bool:
    called = leg.when(What.CALLED)
    return called is not None and not leg.has(What.READY) and at - called >= GIVES_UP_AFTER * speed
