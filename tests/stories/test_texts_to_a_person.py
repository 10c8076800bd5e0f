"""Texting the person: only approved words, only with their leave, never later than their safe hours; and STOP is heard.

PRODUCT.md promise 6, `safety.md` section 4.
"""

from __future__ import annotations

import pytest

from app.cases.permissions import Hours
from app.console.pad import TEXTS, wordings
from app.notifications import unusable
from app.simulator.numbers import segments
from app.staff.directory import by_alias
from tests.calling import calls_to, digits, handed_to_the_carrier, may, signed_in, who_has, who_may_be_called
from tests.evidence import everything_kept, log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, LINE

WORDS = "call_when_you_can"
TEXT = "Hej! Ring det här numret när du kan."


def who_may_be_texted(line: Hotline, *, hours: Hours = Hours.ANY):
    return who_may_be_called(line, hours=hours, also=("sms",))


def page(line: Hotline, browser) -> str:
    return browser.get(f"/console/cases/{line.case().reference}").text


def received(line: Hotline) -> list[str]:
    return [text.body for text in line.phone(A_STRANGER).inbox]


@ON_ONE_DATABASE
def test_an_approved_text_reaches_them_from_the_lines_number(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    anna = who_has(hotline)
    assert TEXT in page(hotline, anna)
    hotline.at_the_desk(anna, "texts", wording=WORDS)
    hotline.work()
    assert received(hotline) == [TEXT]
    assert hotline.phone(A_STRANGER).inbox[0].sender == LINE
    assert "framme i telefonen" in page(hotline, anna)
    deeds = [entry["action"] for entry in log(hotline.db) if entry["action"].startswith(("message.", "case.revealed"))]
    assert deeds == ["case.revealed", "message.queued", "message.accepted", "message.delivered"]


@ON_ONE_DATABASE
def test_it_stops_no_clock(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    hotline.at_the_desk(who_has(hotline), "texts", wording=WORDS)
    hotline.work()
    assert hotline.case().first_contact is None
    assert hotline.case().awaits_contact


@ON_ONE_DATABASE
def test_the_number_stands_in_no_row_and_no_address(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    hotline.at_the_desk(who_has(hotline), "texts", wording=WORDS)
    hotline.work()
    assert digits(A_STRANGER) not in handed_to_the_carrier(hotline)
    assert digits(A_STRANGER).encode() not in everything_kept(hotline.db)


@ON_ONE_DATABASE
@pytest.mark.parametrize("wording", ["", "Hej Kalle, hur går det?"])
def test_nothing_can_be_written_that_was_not_approved(hotline: Hotline, wording: str) -> None:
    who_may_be_texted(hotline)
    answer = hotline.at_the_desk(who_has(hotline), "texts", wording=wording)
    assert answer.status_code == 409
    assert received(hotline) == []
    assert log(hotline.db, "message.queued") == []


@ON_ONE_DATABASE
def test_leave_to_call_is_no_leave_to_text(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    assert "Ingen har frågat om vi får skriva" in page(hotline, anna)
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 409
    assert received(hotline) == []


@ON_ONE_DATABASE
def test_leave_to_text_is_no_leave_to_call(hotline: Hotline) -> None:
    hotline.call_from(A_STRANGER).hang_up()
    hotline.work()
    may(hotline, "sms")
    anna = who_has(hotline)
    assert hotline.at_the_desk(anna, "bridge").status_code == 409
    hotline.work()
    assert calls_to(hotline, A_STRANGER) == 0


@ON_ONE_DATABASE
def test_outside_the_safe_hours_nothing_is_sent(hotline: Hotline) -> None:
    who_may_be_texted(hotline, hours=Hours.NIGHT)
    anna = who_has(hotline)
    assert "Skicka inget nu" in page(hotline, anna)
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 409
    assert received(hotline) == []


@ON_ONE_DATABASE
def test_a_text_that_is_held_up_never_arrives_after_the_safe_hours(hotline: Hotline) -> None:
    who_may_be_texted(hotline, hours=Hours.DAY)
    who_has(hotline)
    hotline.kill_the_engine()
    hotline.wait_until(hotline.now.replace(hour=15, minute=50))
    hotline.exchange.faults.message_delay = 15 * 60
    anna = signed_in(hotline, "anna")
    hotline.at_the_desk(anna, "texts", wording=WORDS)
    hotline.timeline.advance(3600)
    assert received(hotline) == []
    assert "kom inte fram" in page(hotline, signed_in(hotline, "anna"))


@ON_ONE_DATABASE
def test_two_texts_in_the_safe_hours_and_no_more(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    anna = who_has(hotline)
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 200
    assert hotline.at_the_desk(anna, "texts", wording="when").status_code == 409
    hotline.fast_forward(minutes=16)
    assert hotline.at_the_desk(anna, "texts", wording="when").status_code == 200
    hotline.fast_forward(minutes=16)
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 409
    assert len(received(hotline)) == 2


@ON_ONE_DATABASE
@pytest.mark.parametrize("word", ["STOP", " Stopp! "])
def test_a_word_to_stop_ends_the_leave_to_text_and_nothing_is_answered(hotline: Hotline, word: str) -> None:
    who_may_be_texted(hotline)
    anna = who_has(hotline)
    hotline.text_from(A_STRANGER, word)
    assert received(hotline) == []
    assert len(hotline.cases()) == 1
    assert len(hotline.case().approaches) == 2
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 409
    assert "Ring personen" in page(hotline, anna)
    (entry,) = log(hotline.db, "permission.withdrawn")
    assert (entry["actor"], entry["purpose"]) == ("caller", "stop_word")


@ON_ONE_DATABASE
def test_a_word_to_stop_told_twice_is_heard_once(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    hotline.exchange.faults.duplicate_webhooks = True
    hotline.text_from(A_STRANGER, "STOP")
    again = hotline.exchange.debugger.requests[-1]
    hotline.fast_forward(seconds=5)
    hotline.deliver_again(again)
    assert len(log(hotline.db, "permission.withdrawn")) == 1


@ON_ONE_DATABASE
@pytest.mark.parametrize("words", ["stop calling my mother at work", "START"])
def test_other_words_end_nothing_and_open_nothing(hotline: Hotline, words: str) -> None:
    who_may_be_texted(hotline)
    before = len(hotline.case().permissions)
    hotline.text_from(A_STRANGER, words)
    assert len(hotline.case().permissions) == before
    assert received(hotline) == []


@ON_ONE_DATABASE
def test_a_telephone_that_refuses_at_once_ends_the_leave_and_the_page_says_so(hotline: Hotline) -> None:
    who_may_be_texted(hotline).behave("opted out")
    anna = who_has(hotline)
    hotline.at_the_desk(anna, "texts", wording=WORDS)
    shown = page(hotline, anna)
    assert "Telefonen har sagt stopp" in shown
    assert "nej, telefonen har sagt stopp" in shown
    assert hotline.at_the_desk(anna, "texts", wording=WORDS).status_code == 409
    (entry,) = log(hotline.db, "permission.withdrawn")
    assert (entry["actor"], entry["purpose"]) == ("carrier", "opted_out")


@ON_ONE_DATABASE
def test_a_carrier_that_is_down_is_said_on_the_page(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    anna = who_has(hotline)
    hotline.exchange.faults.refuse(1, status=400, code=21211, on="Messages")
    hotline.at_the_desk(anna, "texts", wording=WORDS)
    assert "kom inte fram" in page(hotline, anna)
    assert received(hotline) == []


@ON_ONE_DATABASE
def test_an_answer_that_got_lost_sends_nothing_twice(hotline: Hotline) -> None:
    who_may_be_texted(hotline)
    anna = who_has(hotline)
    hotline.exchange.faults.lose_answers(1)
    hotline.at_the_desk(anna, "texts", wording=WORDS)
    hotline.work()
    assert received(hotline) == [TEXT]
    assert "framme i telefonen" in page(hotline, anna)


@ON_ONE_DATABASE
def test_a_colleague_who_texts_stop_is_an_alarm_and_never_a_case(hotline: Hotline) -> None:
    hotline.text_from("anna", "STOP")
    assert hotline.cases() == []
    with hotline.db.reading() as session:
        person = by_alias(session, "anna")
        assert person
        assert [mark.channel for mark in unusable.standing(session, person)] == ["sms"]
    assert hotline.phone("carin").inbox
    assert hotline.phone("anna").inbox == []


@pytest.mark.parametrize("language", TEXTS.languages)
def test_every_text_is_one_message_long_and_there_in_every_language(language: str) -> None:
    assert sorted(TEXTS.keys(language)) == wordings()
    for key in wordings():
        text = TEXTS.say(language, key)
        assert segments(text) == 1
        assert not TEXTS.placeholders(language, key)
