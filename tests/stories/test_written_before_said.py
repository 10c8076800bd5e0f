"""Promise 1: nobody hears or reads that we have them before the case, its deadline and its first page are written."""

from __future__ import annotations

import re

from app.cases.first_contact import Standing
from app.escalation.models import Escalation
from tests.evidence import log
from tests.hotline import PUBLIC_URL, Hotline
from tests.people import A_STRANGER, LINE


def test_promise_1_a_caller_hears_nothing_while_the_case_cannot_be_written(hotline: Hotline):
    with hotline.commits_fail():
        caller = hotline.call_from(A_STRANGER)
    refused = hotline.exchange.debugger.to("/carrier/voice")
    assert {(each.answer.status, each.answer.body) for each in refused} == {(500, "")}
    assert [heard.language for heard in caller.heard] == ["en-US"], "the carrier's own apology, and no word of ours"
    assert not hotline.cases()


def test_promise_1_a_text_that_cannot_be_written_is_refused_and_the_carriers_next_try_is_received(hotline: Hotline):
    hotline.kill_the_engine()
    with hotline.commits_fail():
        hotline.text_from(A_STRANGER, "jag vill ut")
    (refused,) = hotline.exchange.debugger.to("/carrier/sms")
    assert (refused.answer.status, refused.answer.body) == (500, "")
    assert not hotline.cases()
    assert hotline.deliver_again(refused).status == 200
    hotline.restart()
    assert hotline.case().reference in hotline.phone("anna").inbox[-1].body


def test_promise_1_a_carrier_told_to_try_again_gets_the_caller_through(hotline: Hotline):
    twice = f"{PUBLIC_URL}/carrier/voice#rc=1&rp=ct,rt,5xx"
    hotline.exchange.sell_line(LINE, voice_url=twice, sms_url=f"{PUBLIC_URL}/carrier/sms")
    with hotline.commits_fail(times=1):
        caller = hotline.call_from(A_STRANGER)
    assert "112" in caller.heard_text
    assert hotline.case().standing is Standing.WAITING


def test_promise_1_a_form_that_cannot_be_written_shows_no_receipt_and_can_be_sent_again(hotline: Hotline):
    form = hotline.open_form()
    with hotline.commits_fail():
        page = hotline.send_form(form, contact="none", message="min bror")
    assert "112" in page
    assert not re.search(r"\d{4} \d{4} \d{4}", page)
    assert "min bror" not in page
    assert not hotline.cases()
    assert re.search(r"\d{4} \d{4} \d{4}", hotline.send_form(form, contact="none", message="min bror"))


def test_promise_1_a_key_that_cannot_be_written_is_not_confirmed(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    anna = hotline.phone("anna")
    anna.answer()
    with hotline.commits_fail():
        anna.press("1")
    assert "ditt" not in anna.heard_text
    assert hotline.case().hold is None


def test_promise_1_case_deadline_escalation_and_entry_are_there_when_the_first_word_is_heard(hotline: Hotline):
    hotline.kill_the_engine()
    caller = hotline.call_from(A_STRANGER)
    assert caller.heard
    case = hotline.case()
    assert case.responsible.person.alias == "anna"
    with hotline.db.reading() as session:
        assert session.get_one(Escalation, case.id).next_at == case.opened_at
    (entry,) = log(hotline.db, "case.opened")
    assert (entry["actor"], entry["object"]) == ("caller", case.pseudonym)


def test_promise_1_when_everything_dies_after_the_first_word_the_page_goes_out_all_the_same(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.call_from(A_STRANGER)
    hotline.restart()
    assert hotline.case().reference in hotline.phone("anna").inbox[-1].body
