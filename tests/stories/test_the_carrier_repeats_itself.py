"""The carrier posts every webhook again, at once, later, in any order: it changes nothing and is answered the same."""

from __future__ import annotations

from tests.evidence import deeds, log
from tests.hotline import Hotline
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER

EVERYBODY_RANG = 84
"""Seconds until Anna, Bo, Carin and Dag have each been rung for twenty, with a second between two of them."""


def test_every_webhook_posted_twice_is_answered_the_same_twice(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    a_busy_hour(hotline)
    twice = {posted.headers["I-Twilio-Idempotency-Token"]: posted for posted in hotline.exchange.debugger.requests}
    for posted in hotline.exchange.debugger.requests:
        assert posted.answer == twice[posted.headers["I-Twilio-Idempotency-Token"]].answer, posted.url


def test_every_webhook_posted_twice_leaves_what_one_leaves(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    a_busy_hour(hotline)
    found = deeds(hotline.db)
    assert (found["cases"], found["case_approaches"]) == (3, 4)
    assert found["case_contents"] == 6, "two texts with their number, a call's number, and the number that was keyed"
    assert found["case_permissions"] == 3, "a yes to a call; a no to texts and one to voicemail, by silence"
    assert (found["case_holds"], found["escalation_passes"], found["case_connections"]) == (2, 1, 1)


def test_a_whole_hour_posted_again_in_any_order_changes_nothing(hotline: Hotline):
    a_busy_hour(hotline)
    recorded = list(hotline.exchange.debugger.requests)
    before, written = deeds(hotline.db), len(log(hotline.db))
    in_no_order = sorted(recorded, key=lambda posted: posted.headers["X-Twilio-Signature"])
    for posted in in_no_order:
        assert hotline.deliver_again(posted).status in (200, 204)
    hotline.work()
    assert deeds(hotline.db) == before
    assert len(log(hotline.db)) == written


def test_receipts_in_the_wrong_order_do_not_undo_what_was_delivered(hotline: Hotline):
    hotline.exchange.faults.reorder_callbacks = True
    hotline.text_from(A_STRANGER, "hej")
    (delivered,) = log(hotline.db, "page.delivered")
    assert delivered["facts"]["channel"] == "sms"
    assert not log(hotline.db, "page.failed")


def a_busy_hour(hotline: Hotline) -> None:
    """Two texts, a call that is answered, a hidden one that leaves a number, a page passed on, a case taken."""
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from(A_STRANGER, "är ni där?")
    caller = hotline.caller_waiting(ANOTHER_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    caller.hang_up()
    for name in ("anna", "bo", "carin", "dag"):
        hotline.phone(name).behave("rings out")
    hidden = hotline.caller_waiting(A_BORROWED_PHONE, withheld=True)
    hotline.timeline.advance(EVERYBODY_RANG)
    for keys in ("1", "0701740663#", "1", "1"):
        hidden.press(keys)
    hotline.phone("anna").behave("by hand")
    hotline.fast_forward(minutes=5, seconds=-EVERYBODY_RANG)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("2")
    hotline.work()
    hotline.text_from("bo", "1")
