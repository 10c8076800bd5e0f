"""The carrier refuses, is slow or is down: try again, then the other channel, then the next person at once."""

from __future__ import annotations

from app.simulator.faults import FOREVER
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

pytestmark = ON_ONE_DATABASE


def test_a_busy_carrier_is_tried_again_until_it_takes_the_page(hotline: Hotline):
    hotline.exchange.faults.refuse(times=2, status=429, code=20429, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    assert not hotline.phone("anna").inbox
    hotline.fast_forward(seconds=16)
    assert len(hotline.phone("anna").inbox) == 1


def test_when_texts_fail_for_good_the_same_person_is_called(hotline: Hotline):
    hotline.exchange.faults.refuse(times=100, status=500, code=20500, on="Messages")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=40)
    assert hotline.phone("anna").ringing


def test_somebody_who_opted_out_of_texts_is_called_at_once(hotline: Hotline):
    hotline.text_from("anna", "STOP")
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("anna").ringing


def test_an_account_that_is_refused_uses_up_no_step_and_the_pages_go_out_once_it_is_mended(hotline: Hotline):
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=4)
    assert [step.step for step in hotline.steps()] == ["untaken.0.0"]
    hotline.exchange.faults.clear()
    hotline.fast_forward(seconds=59)
    assert len(hotline.phone("anna").inbox) == 1
    assert not hotline.phone("bo").ringing
    hotline.fast_forward(seconds=5)
    assert hotline.phone("bo").ringing, "the ladder goes on at its own moments"


def test_a_coordinator_whose_step_came_while_the_account_was_refused_is_paged_when_it_is_mended(hotline: Hotline):
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    reference = hotline.case().reference
    hotline.fast_forward(minutes=42)
    assert not hotline.phone("carin").inbox
    hotline.exchange.faults.clear()
    hotline.fast_forward(minutes=2)
    assert sum(reference in text.body for text in hotline.phone("carin").inbox) == 1
    assert sum(reference in text.body for text in hotline.phone("anna").inbox) == 1
    rung = [leg for leg in hotline.exchange.legs.values() if leg.to == hotline.phone("anna").number]
    assert len(rung) in (1, 2), "and not once for each of the repeats"


def test_a_page_whose_answer_was_lost_is_looked_up_before_it_is_sent_again(hotline: Hotline):
    hotline.exchange.faults.lose_answers(times=1)
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=1)
    assert len(hotline.phone("anna").inbox) == 1


def test_a_page_whose_answer_was_lost_is_sent_again_when_it_cannot_be_looked_up(hotline: Hotline):
    hotline.exchange.faults.lose_answers(times=1)
    hotline.exchange.faults.lose_callbacks()
    hotline.exchange.faults.refuse(times=1, status=503, code=20500, method="GET")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(seconds=6)
    assert len(hotline.phone("anna").inbox) == 2, "told twice is better than not told"


def test_a_call_whose_answer_was_lost_does_not_ring_twice(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.exchange.faults.lose_callbacks()
    hotline.exchange.faults.lose_answers(times=2)
    hotline.fast_forward(minutes=6)
    rung = [leg for leg in hotline.exchange.legs.values() if leg.to == hotline.phone("bo").number]
    assert len(rung) == 1


def test_a_page_whose_answer_was_lost_and_whose_receipt_came_is_sent_once(hotline: Hotline):
    hotline.exchange.faults.lose_answers(times=1)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=1)
    assert len(hotline.phone("anna").inbox) == 1


def test_a_text_that_is_not_delivered_becomes_a_call_and_then_the_next_persons(hotline: Hotline):
    hotline.phone("anna").behave("switched off")
    hotline.text_from(A_STRANGER, "hej")
    assert not hotline.phone("bo").ringing
    hotline.fast_forward(seconds=5)
    assert hotline.phone("bo").ringing, "long before the five minutes are over"


def test_one_dead_telephone_does_not_delay_the_next_person(hotline: Hotline):
    hotline.phone("anna").behave("switched off")
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    assert hotline.phone("bo").ringing


def test_a_busy_telephone_moves_the_page_on(hotline: Hotline):
    for name in ("anna", "bo"):
        hotline.phone(name).behave("busy")
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    assert hotline.phone("carin").ringing
