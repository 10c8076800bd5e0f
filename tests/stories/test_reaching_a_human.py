"""Whoever calls is led to a human, one telephone after another, and can leave the queue by star at any moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.simulator.phones import Phone
from app.staff.directory import by_alias
from tests.doorways import signed, whole
from tests.hotline import TO_PRESS_STAR, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import (
    A_BORROWED_PHONE,
    A_STRANGER,
    ANNA,
    ANOTHER_STRANGER,
    BO,
    CARIN,
    DAG,
    FATIMA,
    LINE,
    PROGRAMME,
)

A_RING = 20 + TO_PRESS_STAR
MAY_WE_CALL = "Om vi får ringa dig"


def rung(hotline: Hotline) -> list[str]:
    """The telephones that were rung for callers, in order."""
    return [leg.to for leg in hotline.exchange.legs.values() if leg.direction == "outbound-dial"]


def press(hotline: Hotline, alias: str, key: str = "1") -> str:
    """What a handler hears whose key for the newest call arrives now, however late it was pressed."""
    approach = hotline.cases()[-1].approaches[-1].id
    with hotline.db.reading() as session:
        person = by_alias(session, alias)
        assert person
        path = f"/carrier/ring/screen/{approach}/{person.id}/key"
    fields = {"CallSid": "CA" + "e" * 32, "Digits": key}
    return hotline.doors.post(path, data=fields, headers=signed(whole(path), fields)).text


def is_asked(caller: Phone) -> bool:
    """Whether the caller is asked at this moment whether we may call back."""
    return caller.state == "waiting for keys" and MAY_WE_CALL in caller.heard[-1].text


@ON_ONE_DATABASE
def test_on_call_backup_and_standing_chain_are_rung_one_after_another(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    for number in (ANNA, BO, CARIN, DAG):
        assert [phone for phone in hotline.staff_numbers if hotline.phone(phone).ringing] == [number]
        hotline.fast_forward(seconds=A_RING)
    assert rung(hotline) == [ANNA, BO, CARIN, DAG]


@ON_ONE_DATABASE
def test_after_the_last_telephone_the_caller_is_asked_and_nobody_is_rung_again(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    assert is_asked(caller)
    hotline.fast_forward(minutes=2)
    assert caller.state == "idle"
    assert rung(hotline) == [ANNA, BO, CARIN, DAG]


@ON_ONE_DATABASE
@pytest.mark.parametrize("behaviour", ["busy", "voicemail"])
def test_a_telephone_that_cannot_answer_costs_the_caller_one_ring_at_most(hotline: Hotline, behaviour: str):
    hotline.phone("anna").behave(behaviour)
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.fast_forward(seconds=A_RING + 10)
    assert not caller.bridged_with
    assert rung(hotline)[:2] == [ANNA, BO]


@ON_ONE_DATABASE
@pytest.mark.parametrize("keys", ["", "2", "#"])
def test_a_pocket_that_answers_does_not_get_the_caller(hotline: Hotline, keys: str):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press(keys)
    hotline.fast_forward(seconds=A_RING)
    assert not caller.bridged_with
    assert hotline.case().hold is None
    assert rung(hotline)[:2] == [ANNA, BO]


@ON_ONE_DATABASE
def test_who_has_a_caller_on_the_line_is_not_rung_for_the_next(hotline: Hotline):
    first = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    second = hotline.caller_waiting(ANOTHER_STRANGER)
    assert hotline.phone("bo").ringing
    second.hang_up()
    first.hang_up()
    hotline.caller_waiting(A_BORROWED_PHONE)
    assert rung(hotline) == [ANNA, BO, ANNA]


@ON_ONE_DATABASE
def test_a_handler_who_hangs_up_first_is_free_again(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.phone("anna").hang_up()
    hotline.caller_waiting(ANOTHER_STRANGER)
    assert rung(hotline) == [ANNA, ANNA]


@ON_ONE_DATABASE
def test_a_call_whose_end_we_are_never_told_of_silences_a_telephone_for_two_hours_and_no_longer(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.exchange.faults.unreachable = True
    hotline.phone("anna").hang_up()
    hotline.wait_until(hotline.now + timedelta(minutes=119))
    hotline.exchange.faults.clear()
    hotline.caller_waiting(ANOTHER_STRANGER).hang_up()
    hotline.wait_until(hotline.now + timedelta(minutes=2))
    hotline.caller_waiting(A_BORROWED_PHONE)
    assert rung(hotline) == [ANNA, BO, ANNA]


@ON_ONE_DATABASE
def test_when_everybody_is_in_a_call_the_caller_is_asked_at_once(hotline: Hotline):
    hotline.apply(PROGRAMME.replace('standing_chain = ["carin", "dag"]', 'standing_chain = ["bo"]'))
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.caller_waiting(number)
        name = "anna" if hotline.phone("anna").ringing else "bo"
        hotline.phone(name).answer()
        hotline.phone(name).press("1")
    assert is_asked(hotline.caller_waiting(A_BORROWED_PHONE))


@ON_ONE_DATABASE
def test_a_member_of_staff_who_calls_the_line_is_not_rung_for_their_own_call(hotline: Hotline):
    hotline.caller_waiting(ANNA)
    assert rung(hotline) == [BO]


# star


@ON_ONE_DATABASE
@pytest.mark.parametrize(("keys", "where"), [("*", "language"), ("1*", "role"), ("11*", "the words before ringing")])
def test_star_leads_out_before_anybody_is_rung(hotline: Hotline, keys: str, where: str):
    caller = hotline.call_from(A_STRANGER)
    for key in keys:
        caller.press(key)
    assert is_asked(caller), where
    assert rung(hotline) == []


@ON_ONE_DATABASE
def test_star_leads_out_while_a_telephone_rings_which_stops_at_once(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    caller.press("*")
    assert is_asked(caller)
    assert not hotline.phone("anna").ringing
    hotline.fast_forward(seconds=A_RING)
    assert rung(hotline) == [ANNA]


@ON_ONE_DATABASE
def test_star_leads_out_while_a_handler_is_being_asked_to_press_1(hotline: Hotline):
    """The carrier then says only that the handler's call is over, so that the caller is asked for star once more."""
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    caller.press("*")
    assert hotline.phone("anna").state == "idle"
    assert "stjärna" in caller.heard[-1].text
    caller.press("*")
    assert is_asked(caller)
    assert hotline.case().hold is None


@ON_ONE_DATABASE
def test_star_leads_out_between_two_telephones(hotline: Hotline):
    hotline.phone("anna").behave("busy")
    caller = hotline.call_from(A_STRANGER)
    caller.press("1")
    caller.press("1")
    hotline.timeline.advance(TO_PRESS_STAR)
    caller.press("*")
    assert is_asked(caller)
    assert rung(hotline) == [ANNA]


@ON_ONE_DATABASE
def test_another_key_between_two_telephones_only_shortens_the_words(hotline: Hotline):
    hotline.phone("anna").behave("busy")
    caller = hotline.call_from(A_STRANGER)
    caller.press("1")
    caller.press("1")
    hotline.timeline.advance(TO_PRESS_STAR)
    caller.press("7")
    assert hotline.phone("bo").ringing
    caller.press("777")
    assert rung(hotline) == [ANNA, BO]


@ON_ONE_DATABASE
def test_star_is_announced_before_the_first_telephone_and_between_all_others(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    assert sum("stjärna" in heard.text for heard in caller.heard) == 4


# too late


@ON_ONE_DATABASE
def test_the_second_to_press_hears_that_a_colleague_has_answered(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    assert "Någon annan har redan svarat." in press(hotline, "bo")
    assert caller.bridged_with == [ANNA]


@ON_ONE_DATABASE
def test_who_presses_after_the_caller_hung_up_hears_that_nobody_waits_and_does_not_have_the_case(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER).hang_up()
    assert "väntar inte längre" in press(hotline, "anna")
    assert hotline.case().hold is None


@ON_ONE_DATABASE
def test_who_presses_after_the_caller_chose_a_callback_hears_that_nobody_waits(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    caller.press("*")
    assert "väntar inte längre" in press(hotline, "anna")
    caller.press("1")
    assert "När får vi ringa?" in caller.heard[-1].text


@ON_ONE_DATABASE
def test_pressing_1_again_is_answered_as_it_was(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    first = press(hotline, "anna")
    caller.hang_up()
    assert press(hotline, "anna") == first


# cut off


def test_a_caller_whom_the_handler_lost_can_leave_a_callback(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.phone("anna").hang_up()
    assert "bröts" in caller.heard[-1].text
    caller.press("*")
    assert is_asked(caller)


@ON_ONE_DATABASE
def test_a_caller_with_whom_nobody_wants_to_speak_further_hears_goodbye(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.phone("anna").hang_up()
    hotline.fast_forward(seconds=10)
    assert (caller.state, caller.heard[-1].text) == ("idle", "Du kan ringa när som helst. Hej då.")


@ON_ONE_DATABASE
def test_a_caller_who_was_accepted_and_never_joined_is_asked_about_a_callback(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    press(hotline, "anna")
    hotline.fast_forward(seconds=A_RING)
    assert is_asked(caller)


# what the two sides see


@ON_ONE_DATABASE
def test_every_telephone_that_is_rung_sees_the_lines_number_and_the_caller_sees_no_other(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.fast_forward(seconds=A_RING)
    hotline.phone("bo").answer()
    hotline.phone("bo").press("1")
    assert {leg.sender for leg in hotline.exchange.legs.values() if leg.direction == "outbound-dial"} == {LINE}
    asked = [
        posted.url + str(posted.params) for posted in hotline.exchange.debugger.requests if _callers(posted.params)
    ]
    assert len(asked) >= 5
    for number in (ANNA, BO, CARIN, DAG, FATIMA):
        assert number not in caller.heard_text + "".join(asked)
        assert number.removeprefix("+46") not in "".join(posted.url for posted in hotline.exchange.debugger.requests)


def _callers(params) -> bool:
    return params.get("Direction") == "inbound"
