"""Whoever has a case can call a senior from its page, now, and hears whether they could be reached."""

from __future__ import annotations

import pytest

from app.escalation import seniors
from app.simulator.faults import FOREVER
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER


@pytest.fixture
def held(hotline: Hotline) -> Hotline:
    """Anna has a case."""
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    return hotline


def told(hotline: Hotline) -> str:
    """What Anna was texted last, after the engine looked."""
    seniors.report(hotline.db, at=hotline.now)
    hotline.work()
    return hotline.phone("anna").inbox[-1].body


@ON_ONE_DATABASE
def test_the_coordinator_is_texted_and_rung_at_once_and_the_handler_told_that_it_went_out(held: Hotline):
    browser = held.sign_in("anna")
    held.at_the_desk(browser, "senior", whom="coordinator")
    held.fast_forward(seconds=5)

    reference, carin = held.case().reference, held.phone("carin")
    assert carin.inbox[0].body.startswith(f"En kollega behöver din hjälp med {reference} nu.")
    assert carin.ringing
    carin.answer()
    assert "En kollega behöver din hjälp nu" in carin.heard_text
    assert told(held) == f"Den du bad om hjälp med {reference} har larmats."
    assert told(held) == f"Den du bad om hjälp med {reference} har larmats."
    assert "carin: larmet har gått ut" in browser.get(f"/console/cases/{reference}").text
    assert held.case().hold.person.alias == "anna", "the case stays theirs"
    assert [entry["facts"]["to"] for entry in log(held.db, "senior.called")] == ["carin"]
    assert len(log(held.db, "senior.reached")) == 1


def test_a_senior_who_cannot_be_paged_is_told_to_whoever_asked(held: Hotline):
    browser = held.sign_in("anna")
    held.exchange.faults.refuse(FOREVER, status=400, code=21211)
    held.at_the_desk(browser, "senior", whom="dag")
    held.work()
    held.exchange.faults.clear()

    assert "gick inte att nå" in told(held)
    assert len(log(held.db, "senior.missed")) == 1


@ON_ONE_DATABASE
def test_tapping_twice_wakes_nobody_twice(held: Hotline):
    browser = held.sign_in("anna")
    for _ in range(2):
        held.at_the_desk(browser, "senior", whom="carin")
    held.work()
    assert len(held.phone("carin").inbox) == 1


@ON_ONE_DATABASE
def test_only_who_has_the_case_may_call_and_only_a_coordinator_or_manager_is_called(held: Hotline):
    assert held.at_the_desk(held.sign_in("bo"), "senior", whom="carin").status_code == 404
    answer = held.at_the_desk(held.sign_in("anna"), "senior", whom="fatima")
    assert answer.status_code == 422
    assert "Välj en samordnare eller chef" in answer.text
    held.work()
    assert not any(held.phone(alias).inbox for alias in ("carin", "dag", "fatima"))
