"""Promise 6: whoever turns to us gets no call and no text from us, and not having been asked means no."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.cases.permissions import may_contact
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER

pytestmark = ON_ONE_DATABASE


def test_promise_6_no_way_in_causes_a_call_or_a_text_to_the_one_who_used_it(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    hotline.text_from(ANOTHER_STRANGER, "STOP")
    hotline.text_from(ANOTHER_STRANGER, "ring mig")
    hotline.fill_in_form(contact="sms", number=A_BORROWED_PHONE, hours="any")
    hotline.fast_forward(minutes=40)
    assert hotline.numbers_reached() <= hotline.staff_numbers
    assert not any(hotline.phone(number).inbox for number in (A_STRANGER, ANOTHER_STRANGER, A_BORROWED_PHONE))


def test_promise_6_who_was_not_asked_has_not_said_yes(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    assert not may(hotline, "call", at=hotline.now)
    assert not may(hotline, "sms", at=hotline.now)


def test_promise_6_a_yes_holds_for_its_channel_its_hours_and_its_time_and_no_others(hotline: Hotline):
    hotline.fill_in_form(contact="sms", number=A_STRANGER, hours="evening")
    evening = hotline.now.replace(hour=18)
    assert may(hotline, "sms", at=evening)
    assert not may(hotline, "call", at=evening)
    assert not may(hotline, "voicemail", at=evening)
    assert not may(hotline, "sms", at=evening.replace(hour=12))
    assert not may(hotline, "sms", at=evening + timedelta(days=30))


def may(hotline: Hotline, channel: str, *, at: datetime) -> bool:
    """Whether the only person there is may be contacted this way at a moment."""
    return may_contact(hotline.case().wishes, channel, local=at.astimezone(ZoneInfo("Europe/Stockholm")))
