"""Nobody answers: the ladder climbs, by text and by voice, from Anna to Bo to Carin, until somebody has the case."""

from __future__ import annotations

from datetime import timedelta

from app.cases.first_contact import Standing
from app.notifications.wording import say
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, BO, PROGRAMME, SELDOM

GIVING_UP = 31
"""Seconds a page rings before nobody has answered it, and one more."""


def test_whoever_is_on_call_is_texted_before_the_caller_has_hung_up(hotline: Hotline):
    hotline.call_from(A_STRANGER)
    hotline.work()
    (page,) = hotline.phone("anna").inbox
    assert hotline.case().reference in page.body
    assert "24 h" in page.body or "23 h 59" in page.body
    assert not hotline.phone("bo").inbox


@ON_ONE_DATABASE
def test_after_five_minutes_both_telephones_ring_and_ten_minutes_later_again(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=4, seconds=59)
    assert not hotline.phone("anna").ringing
    hotline.fast_forward(seconds=1)
    assert hotline.phone("anna").ringing
    assert hotline.phone("bo").ringing
    hotline.fast_forward(minutes=9, seconds=59)
    assert not hotline.phone("bo").ringing
    hotline.fast_forward(seconds=1)
    assert hotline.phone("bo").ringing


@ON_ONE_DATABASE
def test_when_both_telephones_have_rung_out_the_coordinator_hears_of_it_at_once(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    assert not hotline.phone("carin").inbox
    hotline.fast_forward(seconds=GIVING_UP)
    assert hotline.phone("carin").inbox
    assert hotline.phone("carin").ringing


@ON_ONE_DATABASE
def test_when_the_carrier_tells_us_nothing_the_coordinator_hears_of_it_after_thirty_minutes(hotline: Hotline):
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=29, seconds=59)
    assert not hotline.phone("carin").inbox
    hotline.fast_forward(seconds=1)
    assert hotline.phone("carin").inbox


@ON_ONE_DATABASE
def test_a_voicemail_that_answers_a_page_moves_it_on_to_the_next_person(hotline: Hotline):
    for name in ("anna", "bo"):
        hotline.phone(name).behave("voicemail")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=6)
    assert hotline.phone("carin").inbox
    assert hotline.case().standing is Standing.WAITING


@ON_ONE_DATABASE
def test_an_hour_before_the_deadline_the_coordinator_is_told_whoever_holds_the_case(hotline: Hotline):
    hotline.apply(SELDOM.replace('take_grace = "PT2H"', 'take_grace = "PT24H"'))
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.wait_until(hotline.case().due_at - timedelta(hours=1, seconds=1))
    hotline.work()
    assert not hotline.phone("carin").inbox
    hotline.fast_forward(seconds=1)
    assert hotline.phone("carin").inbox
    assert hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_at_the_deadline_the_breach_is_recorded_and_everybody_up_to_the_manager_is_paged_until_contact(
    hotline: Hotline,
):
    hotline.text_from(A_STRANGER, "hej")
    due = hotline.case().due_at
    hotline.wait_until(due - timedelta(minutes=1))
    hotline.work()
    assert hotline.case().breach is None
    hotline.fast_forward(minutes=1)
    assert hotline.case().breach.at == due
    for name in ("anna", "bo", "carin", "dag"):
        assert say("sv", "left.none") in hotline.phone(name).inbox[-1].body
    texts = len(hotline.phone("dag").inbox)
    hotline.fast_forward(minutes=30)
    assert len(hotline.phone("dag").inbox) == texts + 1
    hotline.text_from("dag", "1")
    hotline.record_contact("dag")
    hotline.fast_forward(minutes=31)
    assert len(hotline.phone("dag").inbox) == texts + 2, "the last one says that the case is theirs"


@ON_ONE_DATABASE
def test_a_programme_changed_while_a_case_is_open_changes_nothing_for_it(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.apply(PROGRAMME.replace('after = "PT5M"', 'after = "PT1M"').replace('within = "PT24H"', 'within = "PT12H"'))
    hotline.fast_forward(minutes=2)
    assert not hotline.phone("bo").ringing
    hotline.call_from(BO.replace("606", "663"), withheld=True).hang_up()
    older, newer = hotline.cases()
    assert older.due_at - older.opened_at == timedelta(hours=24)
    assert newer.due_at - newer.opened_at == timedelta(hours=12)
    hotline.fast_forward(minutes=1)
    assert hotline.phone("bo").ringing
