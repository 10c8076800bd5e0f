"""Promise 5: each step says when it was due, when it ran and when the carrier took it, so that late is a number."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.health import status
from app.notifications.models import Notification
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, MONDAY

pytestmark = ON_ONE_DATABASE


def test_promise_5_every_step_says_when_it_was_due_when_it_ran_and_when_the_carrier_took_it(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    first, second = hotline.steps()
    assert (first.due_at, second.due_at) == (MONDAY, MONDAY + timedelta(minutes=5))
    assert first.ran_at == MONDAY
    assert second.ran_at - second.due_at < timedelta(seconds=1)
    with hotline.db.reading() as session:
        pages = session.scalars(select(Notification)).all()
        assert [page.channel for page in pages] == ["sms", "call", "call"]
        assert all(page.accepted_at >= page.due_at for page in pages)


def test_promise_5_a_step_that_came_late_says_by_how_much_and_so_does_the_status(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    hotline.wait_until(MONDAY + timedelta(minutes=4))
    hotline.restart()
    (step,) = hotline.steps()
    assert step.late_ms == 240_000
    (entry,) = log(hotline.db, "page.accepted")
    assert entry["facts"]["late_ms"] == 240_000
    with hotline.db.reading() as session:
        assert status(session, at=hotline.now).worst_lateness_s == 240


def test_promise_5_a_carrier_that_refuses_is_seen_in_when_it_took_the_page(hotline: Hotline):
    hotline.exchange.faults.refuse(times=2, status=429, code=20429)
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=1)
    (entry,) = log(hotline.db, "page.accepted")
    assert 15_000 <= entry["facts"]["late_ms"] < 16_000
