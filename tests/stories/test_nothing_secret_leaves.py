"""Promise 7: what leaves the house is a reference, the time left and a way to answer; never who, what or why."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

import pytest

from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER, LINE

pytestmark = ON_ONE_DATABASE

MESSAGE = "min lillebror Ismail vill hoppa av"
SECRETS = ("Ismail", "hoppa", "Vändpunkten", A_STRANGER[3:], ANOTHER_STRANGER[3:], A_BORROWED_PHONE[3:])


def test_promise_7_no_page_call_address_or_log_line_carries_a_number_a_word_or_the_programmes_name(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, logger="dygnet")
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.call_from(ANOTHER_STRANGER).hang_up()
    hotline.fill_in_form(contact="call", number=A_BORROWED_PHONE, hours="any", message=MESSAGE)
    hotline.phone("anna").behave("switched off")
    hotline.fast_forward(minutes=5)
    hotline.phone("bo").answer()
    hotline.fast_forward(minutes=20)
    hotline.text_from("bo", "?")
    assert hotline.phone("carin").inbox
    for told in [*everything_that_left(hotline), caplog.text, hotline.doors.get("/readyz").text]:
        assert not [secret for secret in SECRETS if secret in told], told


def test_promise_7_a_page_is_a_reference_the_time_left_and_a_way_to_answer(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    reference = hotline.case().reference
    page = hotline.phone("anna").inbox[-1].body
    assert page == (
        f"Ett ärende väntar: {reference}. Tid kvar: 24 h 0 min. Svara 1 {reference} för att ta det, "
        f"2 {reference} för att lämna vidare, ? för allt som väntar."
    )


def test_promise_7_a_handler_who_is_given_a_caller_sees_the_lines_number_and_not_theirs(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    anna = hotline.phone("anna")
    anna.answer()
    assert anna.leg.sender == LINE
    assert not re.search(r"\d{4}", anna.heard_text)


def everything_that_left(hotline: Hotline) -> Iterable[str]:
    """Texts to staff, what staff heard, and every address and answer that we gave the carrier."""
    for text in hotline.exchange.messages.kept.values():
        if text.direction != "inbound":
            yield f"{text.body} {text.status_url}"
    for leg in hotline.exchange.legs.values():
        yield " ".join(heard.text for heard in leg.heard)
    for posted in hotline.exchange.debugger.requests:
        yield f"{posted.url} {posted.answer.body}"
