"""A form becomes a case, and whoever wrote it can come back with a receipt that nobody else has."""

from __future__ import annotations

import re
from datetime import timedelta

from app.cases.first_contact import Standing
from tests.evidence import deeds
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, LINE


@ON_ONE_DATABASE
def test_a_form_is_a_case_and_the_handler_on_call_is_paged(hotline: Hotline):
    page = hotline.fill_in_form(contact="none", message="min bror")
    hotline.work()
    assert receipt_on(page)
    assert hotline.case().reference in hotline.phone("anna").inbox[-1].body


def test_a_form_sent_twice_is_one_case_with_one_receipt(hotline: Hotline):
    form = hotline.open_form()
    first, second = (hotline.send_form(form, contact="none", message="min bror") for _ in range(2))
    assert receipt_on(first) == receipt_on(second)
    assert deeds(hotline.db)["case_approaches"] == 1


@ON_ONE_DATABASE
def test_a_number_typed_by_somebody_joins_nobodys_case(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut")
    hotline.fill_in_form(contact="sms", number=A_STRANGER, hours="any")
    assert len(hotline.cases()) == 2


@ON_ONE_DATABASE
def test_a_form_that_asks_us_to_call_our_own_line_says_what_is_wrong_and_loses_nothing(hotline: Hotline):
    page = hotline.fill_in_form(contact="call", number=LINE, hours="any", message="min bror")
    assert "Det numret går inte att nå." in page
    assert "min bror" in page
    assert hotline.cases() == []


def test_a_case_opened_by_a_form_is_not_joined_by_the_number_typed_in_it(hotline: Hotline):
    hotline.fill_in_form(contact="call", number=A_STRANGER, hours="any")
    hotline.text_from(A_STRANGER, "jag vill ut")
    assert len(hotline.cases()) == 2


@ON_ONE_DATABASE
def test_the_mailbox_says_how_it_stands_at_every_step(hotline: Hotline):
    receipt = receipt_on(hotline.fill_in_form(language="en", contact="none"))
    hotline.work()
    waiting = hotline.open_mailbox(receipt)
    hotline.text_from("anna", "1")
    taken = hotline.open_mailbox(receipt)
    hotline.record_contact("anna")
    reached = hotline.open_mailbox(receipt)
    assert len({waiting, taken, reached}) == 3
    assert "within 24 hours" in waiting
    assert hotline.case().standing is Standing.REACHED


@ON_ONE_DATABASE
def test_danger_in_the_form_pages_both_tiers_by_voice_at_once(hotline: Hotline):
    hotline.fill_in_form(contact="none", danger="yes")
    hotline.work()
    assert hotline.phone("anna").ringing
    assert hotline.phone("bo").ringing


def receipt_on(page: str) -> str:
    """The twenty digits that the page shows."""
    found = re.search(r"\d{4} \d{4} \d{4} \d{4} \d{4}", page)
    assert found, page
    return found[0]


@ON_ONE_DATABASE
def test_a_form_that_a_machine_may_have_sent_is_a_case_like_any_and_whoever_reads_it_is_told(hotline: Hotline):
    for homepage in ("http://buy.example.org", ""):
        hotline.fill_in_form(contact="none", homepage=homepage)
        hotline.timeline.advance(1)
    hotline.work()
    both = hotline.cases()
    assert {case.due_at - case.opened_at for case in both} == {timedelta(hours=24)}
    paged = "".join(text.body for text in hotline.phone("anna").inbox)
    assert all(case.reference in paged for case in both)

    anna = hotline.sign_in("anna")
    told = []
    for case in both:
        hotline.text_from("anna", f"1 {case.reference}")
        csrf = hidden_fields(anna.get("/console/").text)["csrf"]
        asked = {"csrf": csrf, "because": "first_contact"}
        page = anna.post(f"/console/cases/{case.reference}/reveal", data=asked).text
        told.append("Kanske skickat av en maskin" in page)
    assert told == [True, False]
