"""However a conversation ends, nobody stays behind in a room by themselves: neither the person nor the staff."""

from __future__ import annotations

import pytest

from app.console.attendant import Attendant
from app.simulator.phones import Phone
from tests.calling import calls_to, put_through, ring, signed_in, talking, who_has, who_may_be_called
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA, ANOTHER_STRANGER, WITH_AN_INTERPRETER

pytestmark = ON_ONE_DATABASE


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    hotline.apply(WITH_AN_INTERPRETER)
    return hotline


def caller_with_anna(line: Hotline) -> tuple[Phone, Phone]:
    caller, anna = line.caller_waiting(A_STRANGER), line.phone("anna")
    anna.answer()
    anna.press("1")
    line.work()
    return caller, anna


def rings_in(line: Hotline, browser, alias: str) -> Phone:
    assert line.at_the_desk(browser, "bridge/colleague", alias=alias).status_code == 200
    line.work()
    return line.phone(alias)


def joins(line: Hotline, browser, alias: str) -> Phone:
    phone = rings_in(line, browser, alias)
    phone.answer()
    phone.press("1")
    line.work()
    return phone


def test_a_person_we_called_is_not_left_with_the_interpreter_and_is_told_that_it_is_over(line: Hotline) -> None:
    who_may_be_called(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    hodan = joins(line, browser, "hodan")
    anna.hang_up()
    line.fast_forward(seconds=5)
    assert "Samtalet avslutas nu" in person.heard_text
    line.fast_forward(seconds=10)
    assert (person.state, hodan.state) == ("idle", "idle")


def test_who_called_us_and_is_left_with_the_interpreter_can_ask_for_somebody(line: Hotline) -> None:
    caller, anna = caller_with_anna(line)
    joins(line, signed_in(line, "anna"), "hodan")
    anna.hang_up()
    line.work()
    assert "tryck stjärna" in caller.heard_text
    caller.press("*")
    assert "Om vi får ringa dig" in caller.heard_text


def test_who_was_passed_on_to_a_colleague_who_does_not_come_is_not_hung_up_on(line: Hotline) -> None:
    caller, anna = caller_with_anna(line)
    bo = rings_in(line, signed_in(line, "anna"), "bo")
    anna.hang_up()
    line.work()
    bo.decline()
    line.work()
    assert caller.on_a_call
    assert "tryck stjärna" in caller.heard_text
    caller.press("*")
    caller.press("1")
    caller.press("1")
    assert [wish.allowed for wish in line.case().wishes if wish.channel == "call"] == [True]


def test_a_conversation_is_not_forgotten_after_two_hours(line: Hotline) -> None:
    who_may_be_called(line)
    anna, person = talking(line, who_has(line))
    line.kill_the_engine()
    line.timeline.advance(2 * 3600 + 5)
    before = calls_to(line, ANNA)
    line.caller_waiting(ANOTHER_STRANGER)
    assert calls_to(line, ANNA) == before
    anna.hang_up()
    line.work()
    assert person.state == "idle"


def test_a_colleague_whose_key_comes_after_the_person_has_left_enters_no_room(line: Hotline) -> None:
    who_may_be_called(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    bo = rings_in(line, browser, "bo")
    bo.answer()
    person.hang_up()
    anna.hang_up()
    bo.press("1")
    line.work()
    assert bo.state == "idle"
    line.at_the_desk(signed_in(line, "bo"), "bridge/outcome", outcome="reached")
    assert line.case().first_contact is None
    assert line.at_the_desk(signed_in(line, "bo"), "attempts", channel="call", outcome="reached").status_code == 404


def test_a_handler_is_not_rung_for_the_next_caller_while_we_ask_them(line: Hotline) -> None:
    who_may_be_called(line)
    anna, person = talking(line, who_has(line))
    person.hang_up()
    line.work()
    assert anna.on_a_call
    before = calls_to(line, ANNA)
    line.caller_waiting(ANOTHER_STRANGER).hang_up()
    assert calls_to(line, ANNA) == before
    anna.press("1")
    line.work()
    assert line.cases()[0].first_contact
    line.caller_waiting(ANOTHER_STRANGER)
    assert calls_to(line, ANNA) == before + 1


def test_whoever_waits_in_vain_is_led_out_though_the_carrier_would_not_at_first(line: Hotline) -> None:
    who_may_be_called(line).behave("busy")
    ring(line, who_has(line))
    handler = line.phone("anna")
    handler.answer()
    handler.press("1")
    line.attendant.attend(line.now)
    line.timeline.settle()
    line.exchange.faults.refuse(1, status=429, code=20429, on="Calls/CA")
    line.fast_forward(seconds=10)
    assert handler.state == "idle"
    assert "upptaget" in handler.heard_text


def test_a_call_is_moved_though_the_carrier_would_not_at_first_and_the_colleague_is_rung_only_then(
    line: Hotline,
) -> None:
    caller, anna = caller_with_anna(line)
    line.exchange.faults.refuse(1, status=429, code=20429, on="Calls/CA")
    bo = rings_in(line, signed_in(line, "anna"), "bo")
    assert bo.state == "idle"
    line.fast_forward(seconds=2)
    bo.answer()
    bo.press("1")
    line.work()
    assert set(caller.bridged_with) == {anna.number, bo.number}


def test_a_carrier_that_is_away_is_asked_to_hang_up_again_and_again_but_not_without_pause(
    line: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = who_may_be_called(line)
    put_through(line, who_has(line)).hang_up()
    asked: list[str] = []
    carrier = type(line.attendant.outside.carrier)
    real = carrier.hang_up
    monkeypatch.setattr(carrier, "hang_up", lambda self, ref: (asked.append(ref), real(self, ref))[1])
    line.exchange.faults.refuse(1000, status=503, code=20500, on="Calls")
    for _ in range(40):
        line.attendant.attend(line.now)
        line.timeline.advance(0.25)
    assert 3 <= len(asked) <= 6
    line.exchange.faults.clear()
    line.fast_forward(seconds=8)
    assert person.state == "idle"


def test_a_bridge_that_cannot_be_attended_to_does_not_stop_the_others(
    line: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = type(line.attendant.directory)
    real = directory.phone_of

    def does_not_open(self, session, person):
        if person.alias == "anna":
            raise ValueError("does not open")
        return real(self, session, person)

    caller, bo = line.caller_waiting(A_STRANGER), line.phone("bo")
    line.phone("anna").decline()
    line.work()
    line.timeline.advance(1)
    bo.answer()
    bo.press("1")
    line.work()
    assert caller.bridged_with == [bo.number]
    monkeypatch.setattr(directory, "phone_of", does_not_open)
    browser = signed_in(line, "bo")
    for alias in ("anna", "carin"):
        line.at_the_desk(browser, "bridge/colleague", alias=alias)
    attendant: Attendant = line.attendant
    for _ in range(10):
        attendant.attend(line.now)
        line.timeline.settle()
        line.timeline.advance(1)
    assert line.phone("carin").state == "ringing"
