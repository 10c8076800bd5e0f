"""Promise 2: each call, text and form becomes a case or joins one, and counts once, however often it is posted."""

from __future__ import annotations

from tests.evidence import deeds
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


def test_promise_2_every_approach_counts_once_however_short_or_silent_or_hidden(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    hotline.call_from(A_STRANGER).hang_up()
    hotline.call_from(ANOTHER_STRANGER)
    hotline.call_from(A_BORROWED_PHONE, withheld=True).hang_up()
    hotline.call_from(A_BORROWED_PHONE, withheld="Restricted").hang_up()
    hotline.text_from(A_BORROWED_PHONE, "")
    hotline.fill_in_form(contact="none")
    hotline.fast_forward(seconds=25)
    assert deeds(hotline.db)["cases"] == 6
    assert deeds(hotline.db)["case_approaches"] == 6


def test_promise_2_an_approach_that_joins_is_counted_and_opens_nothing(hotline: Hotline):
    for _ in range(3):
        hotline.call_from(A_STRANGER).hang_up()
    hotline.text_from(A_STRANGER, "jag vågar inte prata")
    assert len(hotline.case().approaches) == 4


@ON_ONE_DATABASE
def test_promise_2_a_webhook_that_the_carrier_did_not_sign_counts_nothing(hotline: Hotline):
    for headers in ({}, {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}):
        forged = hotline.doors.post("/carrier/voice", data={"CallSid": "CA1", "From": A_STRANGER}, headers=headers)
        assert (forged.status_code, forged.text) == (403, "")
    assert not hotline.cases()
