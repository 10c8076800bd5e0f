"""The nights of 23 and of 25 hours: twenty-four hours stay twenty-four hours, and the shift ends at eight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

pytestmark = ON_ONE_DATABASE

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPRING, AUTUMN = datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)


@pytest.mark.parametrize(("evening", "on_the_wall"), [(SPRING, 25), (AUTUMN, 23)])
def test_a_case_is_due_after_twenty_four_hours_whatever_the_clock_on_the_wall_says(
    hotline: Hotline, evening: datetime, on_the_wall: int
):
    hotline.wait_until(evening)
    hotline.call_from(A_STRANGER).hang_up()
    case = hotline.case()
    assert case.due_at - case.opened_at == timedelta(hours=24)
    local = [moment.astimezone(STOCKHOLM).replace(tzinfo=None) for moment in (case.opened_at, case.due_at)]
    assert local[1] - local[0] == timedelta(hours=on_the_wall)
    hotline.wait_until(case.due_at - timedelta(seconds=1))
    hotline.work()
    assert hotline.case().breach is None
    hotline.fast_forward(seconds=1)
    assert hotline.case().breach.at == case.due_at


@pytest.mark.parametrize("eight_o_clock", [datetime(2026, 3, 30, 6, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC)])
def test_the_week_is_handed_over_at_eight_by_the_clock_on_the_wall(hotline: Hotline, eight_o_clock: datetime):
    hotline.wait_until(eight_o_clock - timedelta(minutes=1))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("fatima").inbox
    assert not hotline.phone("anna").inbox
    hotline.wait_until(eight_o_clock)
    hotline.text_from(ANOTHER_STRANGER, "hej")
    assert hotline.phone("anna").inbox
    assert len(hotline.phone("fatima").inbox) == 1
