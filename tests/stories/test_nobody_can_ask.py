"""Promise 11: nobody learns whether somebody is in there, by a receipt, a reference, a queue or an address."""

from __future__ import annotations

import re

from app.vault.receipts import Receipt
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

pytestmark = ON_ONE_DATABASE

MESSAGE = "min lillebror Ismail vill hoppa av"


def test_promise_11_a_wrong_receipt_is_answered_like_one_that_never_was(hotline: Hotline):
    page = hotline.fill_in_form(contact="none", message=MESSAGE)
    found = re.search(r"\d{4}( \d{4}){4}", page)
    assert found
    right = Receipt.parse(found[0])
    assert right
    nearly = right.digits[:-1] + str((int(right.digits[-1]) + 1) % 10)
    answers = {hotline.open_mailbox(receipt) for receipt in (nearly, "0" * 20, "1234 5678", "")}
    assert len(answers) == 1
    assert hotline.open_mailbox(right.spoken) not in answers


def test_promise_11_a_case_that_is_not_yours_is_answered_like_one_that_is_not(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.text_from("anna", "1")
    bo = hotline.sign_in("bo")
    reference = hotline.case().reference
    taken, unknown = (bo.get(f"/console/cases/{each}") for each in (reference, "ZZZZ"))
    assert (taken.status_code, unknown.status_code) == (404, 404)
    assert taken.text.replace(reference, "") == unknown.text.replace("ZZZZ", "")


def test_promise_11_neither_board_nor_case_shows_a_number_or_a_word_that_was_told(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.fill_in_form(contact="call", number=A_STRANGER, hours="any", message=MESSAGE)
    hotline.work()
    anna = hotline.sign_in("anna")
    for address in ("/console/", *(f"/console/cases/{case.reference}" for case in hotline.cases())):
        page = anna.get(address)
        assert page.status_code == 200
        assert "Ismail" not in page.text
        assert A_STRANGER[3:] not in re.sub(r"\W", "", page.text)


def test_promise_11_whoever_is_not_signed_in_learns_nothing_at_all(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    known, unknown = (
        hotline.doors.get(f"/console/cases/{each}", follow_redirects=False)
        for each in (hotline.case().reference, "ZZZZ")
    )
    assert known.status_code == unknown.status_code
    assert known.text.replace(hotline.case().reference, "") == unknown.text.replace("ZZZZ", "")
