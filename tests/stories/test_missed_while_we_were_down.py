"""What reached the carrier and not us is found in the carrier's own list, and taken in as if it had reached us."""

from __future__ import annotations

import threading
from datetime import timedelta

from app.cases.first_contact import Standing
from app.simulator.faults import FOREVER
from tests.evidence import deeds, log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


def we_are_away(hotline: Hotline) -> None:
    hotline.kill_the_engine()
    hotline.exchange.faults.cannot_connect(FOREVER)


def we_are_back(hotline: Hotline) -> None:
    hotline.exchange.faults.clear()
    hotline.restart()
    look_back(hotline)


def look_back(hotline: Hotline) -> None:
    hotline.engine.lookout.find_missed()
    hotline.work()


def test_a_call_that_found_nobody_at_home_is_a_case_whose_clock_began_when_they_called(hotline: Hotline):
    we_are_away(hotline)
    called_at = hotline.now
    hotline.call_from(A_STRANGER)
    hotline.fast_forward(hours=3)
    assert hotline.cases() == []
    we_are_back(hotline)
    case = hotline.case()
    assert case.opened_at == called_at
    assert case.due_at == called_at + timedelta(hours=24)
    assert case.reference in hotline.phone("anna").inbox[-1].body
    assert "21 h" in hotline.phone("anna").inbox[-1].body or "20 h" in hotline.phone("anna").inbox[-1].body


@ON_ONE_DATABASE
def test_what_was_missed_is_said_in_the_log_and_looking_again_finds_nothing_more(hotline: Hotline):
    we_are_away(hotline)
    hotline.call_from(A_STRANGER)
    hotline.text_from(ANOTHER_STRANGER, "jag vill ut härifrån")
    hotline.fast_forward(minutes=10)
    we_are_back(hotline)
    (entry,) = log(hotline.db, "carrier.reconciled")
    assert (entry["facts"]["calls"], entry["facts"]["texts"], entry["facts"]["commands"]) == (1, 1, 0)
    before = deeds(hotline.db)
    for _ in range(3):
        hotline.fast_forward(minutes=2)
        look_back(hotline)
    assert len(log(hotline.db, "carrier.reconciled")) == 1
    assert {name: before[name] for name in ("cases", "case_approaches", "case_contents")} == {
        name: deeds(hotline.db)[name] for name in ("cases", "case_approaches", "case_contents")
    }


@ON_ONE_DATABASE
def test_the_webhook_that_comes_after_all_changes_nothing(hotline: Hotline):
    hotline.exchange.faults.cannot_connect(2)
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    (lost, *_) = hotline.exchange.debugger.requests
    hotline.fast_forward(minutes=5)
    look_back(hotline)
    before = deeds(hotline.db)
    assert hotline.deliver_again(lost).status == 200
    assert deeds(hotline.db) == before
    assert len(hotline.case().approaches) == 1


@ON_ONE_DATABASE
def test_a_caller_who_tried_three_times_is_one_case_with_three_approaches(hotline: Hotline):
    we_are_away(hotline)
    first = hotline.now
    for _ in range(3):
        hotline.call_from(A_STRANGER).hang_up()
        hotline.fast_forward(minutes=7)
    we_are_back(hotline)
    case = hotline.case()
    assert [approach.channel for approach in case.approaches] == ["phone"] * 3
    assert case.opened_at == first


@ON_ONE_DATABASE
def test_hidden_callers_who_were_missed_are_never_one(hotline: Hotline):
    we_are_away(hotline)
    for _ in range(2):
        hotline.call_from(A_STRANGER, withheld=True).hang_up()
        hotline.fast_forward(minutes=2)
    we_are_back(hotline)
    assert [case.approaches[0].withheld for case in hotline.cases()] == [True, True]


@ON_ONE_DATABASE
def test_a_case_that_was_missed_past_its_deadline_is_a_breach_of_that_moment(hotline: Hotline):
    we_are_away(hotline)
    called_at = hotline.now
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.fast_forward(hours=26)
    we_are_back(hotline)
    assert hotline.case().breach.at == called_at + timedelta(hours=24)
    assert hotline.phone("dag").inbox


@ON_ONE_DATABASE
def test_a_command_of_staff_that_was_missed_is_obeyed_and_is_no_case(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej hej hej")
    we_are_away(hotline)
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=3)
    we_are_back(hotline)
    assert hotline.case().standing is Standing.TAKEN
    assert "är ditt" in hotline.phone("anna").inbox[-1].body


@ON_ONE_DATABASE
def test_a_bare_one_that_was_missed_is_about_the_page_that_had_come_when_it_was_written(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej hej hej")
    first = hotline.case().reference
    hotline.exchange.faults.cannot_connect(2)
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=1)
    hotline.text_from(ANOTHER_STRANGER, "hej hej hej igen")
    hotline.fast_forward(minutes=2)
    look_back(hotline)
    taken = [case.reference for case in hotline.cases() if case.standing is Standing.TAKEN]
    assert taken == [first]


@ON_ONE_DATABASE
def test_what_is_still_on_its_way_by_itself_is_left_alone(hotline: Hotline):
    hotline.exchange.faults.cannot_connect(FOREVER)
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    look_back(hotline)
    assert hotline.cases() == []
    hotline.exchange.faults.clear()
    hotline.fast_forward(minutes=2)
    look_back(hotline)
    assert len(hotline.cases()) == 1


@ON_ONE_DATABASE
def test_one_that_cannot_be_taken_in_stops_nobody_else_and_is_tried_again(hotline: Hotline, caplog):
    we_are_away(hotline)
    for number in (A_STRANGER, ANOTHER_STRANGER, A_BORROWED_PHONE):
        hotline.text_from(number, "jag vill ut härifrån")
        hotline.fast_forward(minutes=1)
    hotline.fast_forward(minutes=5)
    hotline.exchange.faults.clear()
    hotline.start()
    with hotline.commits_fail(times=1):
        hotline.engine.lookout.find_missed()
    assert len(hotline.cases()) == 2
    assert "put aside" in caplog.text
    look_back(hotline)
    assert len(hotline.cases()) == 3


@ON_ONE_DATABASE
def test_a_carrier_that_does_not_answer_is_asked_again_from_where_we_were(hotline: Hotline):
    we_are_away(hotline)
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.fast_forward(minutes=5)
    hotline.exchange.faults.clear()
    hotline.exchange.faults.refuse(times=1, status=503, code=20500)
    hotline.restart()
    look_back(hotline)
    assert hotline.cases() == []
    hotline.fast_forward(hours=30)
    look_back(hotline)
    assert len(hotline.cases()) == 1


@ON_ONE_DATABASE
def test_the_accounts_other_numbers_are_none_of_our_business(hotline: Hotline):
    other = "+46846500499"
    hotline.exchange.sell_line(
        other, voice_url="https://elsewhere.example.org/v", sms_url="https://elsewhere.example.org/s"
    )
    hotline.exchange.faults.cannot_connect(FOREVER)
    hotline.exchange.phone(A_STRANGER).text(other, "inte till er alls")
    hotline.fast_forward(minutes=5)
    hotline.exchange.faults.clear()
    look_back(hotline)
    assert hotline.cases() == []


@ON_ONE_DATABASE
def test_an_engine_that_starts_looks_back_at_once(hotline: Hotline):
    we_are_away(hotline)
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.fast_forward(minutes=5)
    hotline.exchange.faults.clear()
    hotline.start()
    hotline.engine.start()
    for _ in range(200):
        if hotline.cases():
            break
        threading.Event().wait(0.05)
    hotline.engine.stop()
    assert len(hotline.case().approaches) == 1
