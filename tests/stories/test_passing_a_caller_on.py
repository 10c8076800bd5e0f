"""Bringing a colleague or an interpreter into a conversation, and leaving it to them.

Who is brought in presses a key first, sees nobody's number, and learns nothing from the console by it.
"""

from __future__ import annotations

import pytest

from app.simulator.phones import Phone
from tests.calling import attempts, calls_to, digits, handed_to_the_carrier, panel, signed_in, talking, who_has
from tests.calling import who_may_be_called as somebody
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER, BO, HODAN, LINE, WITH_AN_INTERPRETER


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    hotline.apply(WITH_AN_INTERPRETER)
    return hotline


def caller_with_anna(line: Hotline) -> tuple[Phone, Phone]:
    """Somebody called, and Anna answered: the caller's telephone and hers."""
    caller = line.caller_waiting(A_STRANGER)
    anna = line.phone("anna")
    anna.answer()
    anna.press("1")
    line.work()
    assert caller.bridged_with == [anna.number]
    return caller, anna


def bring_in(line: Hotline, browser, alias: str) -> Phone:
    """Anna chooses a colleague, whose telephone rings."""
    answer = line.at_the_desk(browser, "bridge/colleague", alias=alias)
    assert answer.status_code == 200, answer.text
    line.work()
    return line.phone(alias)


def joins(line: Hotline, phone: Phone) -> None:
    phone.answer()
    phone.press("1")
    line.work()


@ON_ONE_DATABASE
def test_an_interpreter_joins_the_handler_and_the_person(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    hodan = bring_in(line, browser, "hodan")
    assert "Telefonen ringer hos hodan" in panel(line, browser)
    hodan.answer()
    assert "En kollega vill ha med dig i ett samtal" in hodan.heard_text
    assert hodan.bridged_with == []
    hodan.press("1")
    assert set(hodan.bridged_with) == {anna.number, person.number}
    assert "hodan är med i samtalet" in panel(line, browser)
    assert hodan.leg.sender == LINE
    assert [entry["actor"] for entry in log(line.db, "contact.joined")] == ["hodan"]


@ON_ONE_DATABASE
def test_the_first_handler_may_leave_and_the_person_goes_on_with_the_colleague(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    bo = bring_in(line, browser, "bo")
    joins(line, bo)
    anna.hang_up()
    line.work()
    assert person.bridged_with == [bo.number]
    person.hang_up()
    line.work()
    bo.press("1")
    line.work()
    assert attempts(line) == ["reached"]
    assert line.case().first_contact
    assert log(line.db, "contact.first")[0]["actor"] == "bo"


@ON_ONE_DATABASE
def test_when_the_person_hangs_up_it_is_over_for_everyone(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    hodan = bring_in(line, browser, "hodan")
    joins(line, hodan)
    person.hang_up()
    line.work()
    assert "Talade du med rätt person?" in anna.heard_text
    assert "Talade du" not in hodan.heard_text
    assert hodan.state == "idle"


@ON_ONE_DATABASE
@pytest.mark.parametrize("behaviour", ["voicemail", "rings out"])
def test_a_colleague_who_presses_nothing_never_hears_the_person(line: Hotline, behaviour: str) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    line.phone("bo").behave(behaviour)
    bring_in(line, browser, "bo")
    line.fast_forward(minutes=1)
    assert anna.bridged_with == [person.number]
    assert "bo är inte med" in panel(line, browser)
    assert "reached a voicemail" not in person.heard_text + anna.heard_text


@ON_ONE_DATABASE
def test_a_handler_who_leaves_before_the_colleague_comes_leaves_the_person_until_it_is_certain(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    bo = bring_in(line, browser, "bo")
    anna.hang_up()
    line.work()
    assert person.on_a_call
    joins(line, bo)
    assert person.bridged_with == [bo.number]


@ON_ONE_DATABASE
def test_if_the_colleague_does_not_come_either_the_person_is_not_left_in_silence(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    bo = bring_in(line, browser, "bo")
    anna.hang_up()
    bo.decline()
    line.work()
    assert person.state == "idle"


@ON_ONE_DATABASE
def test_a_call_that_came_in_is_moved_into_a_room_and_goes_on(line: Hotline) -> None:
    caller, anna = caller_with_anna(line)
    browser = signed_in(line, "anna")
    assert "Du har den som ringde i telefonen" in panel(line, browser)
    bo = bring_in(line, browser, "bo")
    assert caller.bridged_with == [anna.number]
    joins(line, bo)
    assert set(caller.bridged_with) == {anna.number, bo.number}
    anna.hang_up()
    line.work()
    assert caller.bridged_with == [bo.number]
    caller.hang_up()
    line.work()
    assert "Talade du med rätt person?" in bo.heard_text
    assert len(line.cases()) == 1
    for secret in map(digits, (A_STRANGER, BO)):
        assert secret not in handed_to_the_carrier(line)


@ON_ONE_DATABASE
def test_a_moved_call_ends_as_one_that_was_answered(line: Hotline) -> None:
    caller, _ = caller_with_anna(line)
    browser = signed_in(line, "anna")
    joins(line, bring_in(line, browser, "bo"))
    caller.hang_up()
    line.work()
    line.phone("anna").press("1")
    line.work()
    assert attempts(line) == ["reached"]
    assert "talade med oss" in browser.get(f"/console/cases/{line.case().reference}").text
    again = line.caller_waiting(ANOTHER_STRANGER)
    assert line.phone("anna").state == "ringing"
    again.hang_up()


@ON_ONE_DATABASE
def test_a_call_that_cannot_be_moved_goes_on_as_it_was(line: Hotline) -> None:
    caller, anna = caller_with_anna(line)
    browser = signed_in(line, "anna")
    line.exchange.faults.refuse(9, status=400, code=21220, on="Calls/CA")
    line.at_the_desk(browser, "bridge/colleague", alias="bo")
    line.work()
    assert caller.bridged_with == [anna.number]
    line.exchange.faults.clear()
    line.work()
    assert caller.bridged_with == [anna.number]
    assert "kunde inte flyttas" in panel(line, browser)
    assert line.phone("bo").state == "idle"
    anna.hang_up()
    line.work()
    assert "Samtalet är slut" in caller.heard_text


@ON_ONE_DATABASE
def test_a_caller_who_hangs_up_as_the_call_is_moved_is_gone_for_everyone(line: Hotline) -> None:
    caller, anna = caller_with_anna(line)
    browser = signed_in(line, "anna")
    line.at_the_desk(browser, "bridge/colleague", alias="bo")
    caller.hang_up()
    line.fast_forward(minutes=3)
    assert anna.state == line.phone("bo").state == "idle"


@ON_ONE_DATABASE
def test_whoever_is_in_a_call_is_not_rung_into_another(line: Hotline) -> None:
    somebody(line)
    browser = who_has(line)
    talking(line, browser)
    line.caller_waiting(ANOTHER_STRANGER)
    line.phone("bo").answer()
    line.phone("bo").press("1")
    (reference,) = [case.reference for case in line.cases() if case.hold and case.hold.person.alias == "anna"]
    token = hidden_fields(browser.get("/console/").text)["csrf"]
    answer = browser.post(f"/console/cases/{reference}/bridge/colleague", data={"csrf": token, "alias": "bo"})
    assert answer.status_code == 409
    assert "redan i ett samtal" in answer.text


@ON_ONE_DATABASE
@pytest.mark.parametrize("alias", ["dag", "anna", "nobody"])
def test_only_those_who_answer_can_be_brought_in(line: Hotline, alias: str) -> None:
    somebody(line)
    browser = who_has(line)
    talking(line, browser)
    assert line.at_the_desk(browser, "bridge/colleague", alias=alias).status_code == 409
    line.work()
    assert not line.exchange.phone(BO).on_a_call


@ON_ONE_DATABASE
def test_an_interpreter_has_no_room_in_the_console_and_no_say(line: Hotline) -> None:
    somebody(line)
    reference = line.case().reference
    hodan = signed_in(line, "hodan")
    for path in ("/console/board", f"/console/cases/{reference}", "/console/roster", "/console/log"):
        assert hodan.get(path).status_code == 403
    assert reference not in hodan.get("/console/").text
    line.text_from("hodan", "?")
    line.text_from("hodan", f"1 {reference}")
    assert all(reference not in text.body for text in line.phone("hodan").inbox)
    assert line.case().hold is None
    assert len(line.cases()) == 1


@ON_ONE_DATABASE
def test_nobody_is_on_duty_by_interpreting(line: Hotline) -> None:
    line.caller_in_vain(A_STRANGER)
    line.fast_forward(hours=1)
    assert calls_to(line, HODAN) == 0
    assert line.phone("hodan").inbox == []
