"""What is done on the telephones of a bridge, from what has happened on them. No database, no carrier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.cases.bridge_steps import GIVES_UP_AFTER, LEAVES_WITHIN, Deed, steps
from app.cases.bridges import Bridge, Leg, LegFact, Role, What
from app.staff.models import Person

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
IN, GONE = (What.CALLED, What.READY), (What.CALLED, What.READY, What.OVER)
RINGS, NOT_YET = (What.CALLED,), ()


def leg(role: Role, facts: tuple[What, ...], *, interprets: bool = False) -> Leg:
    person = Person(alias="somebody", roles=["interpreter" if interprets else "handler"], languages=["sv"])
    return Leg(
        id=f"{role}{'-interpreter' if interprets else ''}",
        role=role,
        ref="CA",
        person=None if role == Role.PERSON else person,
        facts=[LegFact(what=what, at=AT) for what in facts],
    )


def bridge(handler, person, *others: Leg, came_in: bool = False) -> Bridge:
    legs = [leg(Role.HANDLER, handler), leg(Role.PERSON, person), *others]
    return Bridge(id="bridge", approach_id="call" if came_in else None, legs=legs)


def colleague(*facts: What) -> Leg:
    return leg(Role.COLLEAGUE, facts)


def interpreter(*facts: What) -> Leg:
    return leg(Role.COLLEAGUE, facts, interprets=True)


def done(found: Bridge, *, after: timedelta = timedelta(0), allowed: bool = True) -> list[tuple[str, str]]:
    return [(step.deed, step.leg_id) for step in steps(found, at=AT + after, allowed=allowed)]


CALLED = [(Deed.CALL_PERSON, "person")]
HUNG_UP = [(Deed.HANG_UP, "person")]
LED_OUT = [(Deed.LEAD_OUT, "person")]


def test_the_handlers_key_calls_the_person_and_nobody_elses_does() -> None:
    assert done(bridge(IN, NOT_YET)) == CALLED
    assert done(bridge(RINGS, NOT_YET, colleague(*IN))) == []
    assert done(bridge(RINGS, NOT_YET, interpreter(*IN))) == []
    assert (Deed.GIVE_UP, "person") in done(bridge(GONE, NOT_YET, interpreter(*IN)))


@pytest.mark.parametrize("other", [colleague(*IN), interpreter(*IN)])
def test_a_telephone_rings_for_the_handler_alone(other: Leg) -> None:
    assert done(bridge(IN, RINGS, other)) == []
    assert done(bridge(GONE, RINGS, other)) == HUNG_UP


def test_a_telephone_that_rings_without_leave_stops_but_a_conversation_does_not() -> None:
    assert done(bridge(IN, RINGS), allowed=False) == HUNG_UP
    assert done(bridge(IN, (*RINGS, What.HUNG_UP)), allowed=False) == []
    assert done(bridge(IN, (*RINGS, What.HUNG_UP)), after=GIVES_UP_AFTER, allowed=False) == [(Deed.GIVE_UP, "person")]
    assert done(bridge(IN, IN), allowed=False) == []


def test_the_person_stays_while_somebody_who_can_help_is_there_or_may_still_come() -> None:
    assert done(bridge(GONE, IN, colleague(*IN), interpreter(*IN))) == []
    assert done(bridge(GONE, IN, colleague(*RINGS))) == []
    assert done(bridge(GONE, IN, colleague(*GONE))) == HUNG_UP
    assert done(bridge(GONE, IN, interpreter(*IN))) == LED_OUT
    assert done(bridge(GONE, IN, interpreter(*RINGS)))[:1] == HUNG_UP


def test_who_called_us_is_led_out_and_not_hung_up_on() -> None:
    assert done(bridge(GONE, IN, came_in=True)) == LED_OUT
    assert done(bridge(GONE, IN, interpreter(*IN), came_in=True)) == LED_OUT
    assert done(bridge(GONE, (*IN, What.LED_OUT), came_in=True)) == []


def test_a_colleague_is_rung_when_the_call_that_came_in_has_been_moved() -> None:
    assert done(bridge(RINGS, RINGS, colleague(), came_in=True)) == [(Deed.LEAD_IN, "handler")]
    moved = bridge((*RINGS, What.LED_IN), RINGS, colleague(), came_in=True)
    assert done(moved) == [(Deed.CALL_STAFF, "colleague")]


@pytest.mark.parametrize(("colleagues", "deed"), [(NOT_YET, Deed.GIVE_UP), (RINGS, Deed.HANG_UP), (IN, Deed.LEAD_OUT)])
def test_a_colleague_does_not_wait_for_a_call_that_could_not_be_moved(colleagues, deed) -> None:
    stayed = bridge((*RINGS, What.REFUSED), RINGS, colleague(*colleagues), came_in=True)
    assert done(stayed) == [(deed, "colleague")]


def test_whoever_stays_on_in_a_room_that_has_closed_is_led_out() -> None:
    assert done(bridge(IN, GONE)) == []
    assert done(bridge(IN, GONE), after=LEAVES_WITHIN) == [(Deed.LEAD_OUT, "handler")]
    late = colleague(*IN)
    late.facts[-1].at = AT + timedelta(seconds=1)
    assert done(bridge(GONE, GONE, late), after=timedelta(seconds=1)) == [(Deed.LEAD_OUT, "colleague")]
