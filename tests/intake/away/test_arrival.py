"""When a call came in, by whatever the carrier says of it when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from app.intake.away.arrival import LONGEST_CALL, arrived
from app.telephony.signature import Form

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def told(**fields: str) -> Form:
    return Form(fields.items())


def test_a_call_that_is_not_over_came_in_when_it_is_told_of():
    assert arrived(told(CallSid="CA1"), at=NOW) == NOW


def test_one_that_is_over_came_in_before_it_began_to_last():
    assert arrived(told(CallDuration="600"), at=NOW) == NOW - timedelta(minutes=10)


def test_what_is_told_late_is_counted_from_when_the_carrier_sent_it_off():
    sent = NOW - timedelta(minutes=7)
    at = arrived(told(CallDuration="600", Timestamp=format_datetime(sent)), at=NOW)
    assert at == sent - timedelta(minutes=10)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_said_it_is_neither_later_than_now_nor_long_ago(duration, timestamp):
    at = arrived(told(CallDuration=duration, Timestamp=timestamp), at=NOW)
    assert NOW - LONGEST_CALL - timedelta(hours=1) <= at <= NOW


def test_a_date_far_away_is_not_believed():
    for wrong in ("Mon, 05 Jan 2037 08:00:00 +0000", "Mon, 05 Jan 2015 08:00:00 +0000", "yesterday"):
        assert arrived(told(CallDuration="60", Timestamp=wrong), at=NOW) == NOW - timedelta(minutes=1)
