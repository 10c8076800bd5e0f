"""The clocks of several laws run side by side, each from the moment that its law names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.demands.clocks import CYBER, GDPR, a_month_after, of_incident, of_request

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
KNOWN = datetime(2026, 1, 30, 12, tzinfo=UTC)


def test_the_final_report_is_counted_from_the_report_and_not_from_the_incident() -> None:
    reported = KNOWN + timedelta(hours=10)
    clocks = {due.step: due for due in of_incident(KNOWN, {"report": reported}, not_wanted=frozenset())}

    assert clocks["early_notice"].due_at == KNOWN + timedelta(hours=24)
    assert clocks["report"].due_at == clocks["authority"].due_at == KNOWN + timedelta(hours=72)
    assert clocks["final_report"].due_at == datetime(2026, 2, 28, 22, tzinfo=UTC)
    assert {due.law for due in clocks.values()} == {CYBER, GDPR}


def test_a_law_that_wants_nothing_is_never_late_and_what_was_done_too_late_stays_late() -> None:
    much_later = KNOWN + timedelta(days=99)
    clocks = of_incident(KNOWN, {"early_notice": KNOWN + timedelta(hours=25)}, not_wanted=frozenset({GDPR}))
    late = {due.step for due in clocks if due.is_late(much_later)}

    assert late == {"early_notice", "report", "final_report"}
    assert {due.step for due in clocks if due.waits()} == {"report", "final_report"}


@given(MOMENTS)
def test_a_month_is_never_more_than_31_days_and_never_less_than_28(at: datetime) -> None:
    assert timedelta(days=28) <= a_month_after(at) - at <= timedelta(days=31)
    assert of_request("own_data", at) == a_month_after(at)
    assert of_request("contact_details", at) == at + timedelta(hours=24)
