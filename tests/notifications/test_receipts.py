"""Receipts come twice, late, out of order or not at all, and the truth does not go backwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.db import new_id
from app.notifications import outbox, receipts
from app.notifications.models import SETTLED, Notification, State
from tests import desk
from tests.notifications.test_outbox import sending
from tests.people import MONDAY

SECOND = timedelta(seconds=1)
ON_ITS_WAY = ["accepted", "queued", "sending", "sent", "initiated", "ringing", "in-progress", "answered"]
ARRIVED, LOST = ["delivered", "read"], ["undelivered", "failed", "busy", "no-answer", "canceled"]
EVERY_STATUS = [*ON_ITS_WAY, *ARRIVED, *LOST, "completed", "a-status-of-next-year", ""]
RANK = {State.PENDING: 0, State.SENDING: 1, State.ACCEPTED: 2, State.DELIVERED: 3, State.FAILED: 3}


def settle(session: Session, row: Notification, status: str, *, at: datetime = MONDAY, code: int | None = None):
    settled = receipts.settle(session, row.id, status=status, code=code, at=at)
    session.flush()
    return settled


@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_on_its_way_is_accepted(session: Session, status: str) -> None:
    row = sending(session)

    assert settle(session, row, status, at=MONDAY + SECOND) is None
    assert (row.state, row.accepted_at, row.settled_at) == (State.ACCEPTED, MONDAY + SECOND, None)


@pytest.mark.parametrize("status", ARRIVED)
def test_arrived_is_delivered(session: Session, status: str) -> None:
    row = sending(session)

    assert settle(session, row, status) is None
    assert row.state == State.DELIVERED
    assert "page.delivered" in desk.actions(session)


@pytest.mark.parametrize("status", LOST)
def test_lost_is_failed_with_its_code_and_said_once(session: Session, status: str) -> None:
    row = sending(session)

    assert settle(session, row, status, code=30003) is row
    assert (row.state, row.trouble, row.code) == (State.FAILED, status, 30003)
    assert settle(session, row, status, code=30003) is None
    assert desk.actions(session).count("page.failed") == 1


def test_a_call_that_a_machine_took_has_reached_nobody(session: Session) -> None:
    row = sending(session)

    assert settle(session, row, "completed") is row
    assert (row.state, row.trouble) == (State.FAILED, "unanswered")


def test_a_call_in_which_a_key_was_pressed_has_reached_somebody(session: Session) -> None:
    row = sending(session)
    row.acknowledged_at = MONDAY
    session.flush()

    assert settle(session, row, "completed") is None
    assert row.state == State.DELIVERED


def test_a_receipt_for_nothing_of_ours_changes_nothing(session: Session) -> None:
    assert receipts.settle(session, new_id(), status="delivered", code=None, at=MONDAY) is None


def test_a_page_that_was_withdrawn_is_not_brought_back_by_its_receipt(session: Session) -> None:
    row = sending(session)
    outbox.fail(row, trouble="withdrawn", at=MONDAY)
    session.flush()

    assert settle(session, row, "delivered") is None
    assert (row.state, row.trouble) == (State.FAILED, "withdrawn")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statuses=st.lists(st.sampled_from(EVERY_STATUS), min_size=1, max_size=8), answered=st.integers(0, 8))
def test_in_any_order_and_however_often_a_page_only_moves_forward_and_is_lost_at_most_once(
    session: Session, statuses: list[str], answered: int
) -> None:
    kept = session.begin_nested()
    row, lost, ranks = sending(session), 0, [1]
    for number, status in enumerate(statuses):
        if number == answered:
            outbox.accepted(session, row.id, ref="SM1", at=MONDAY)
        state = row.state
        lost += settle(session, row, status, at=MONDAY + number * SECOND) is not None
        ranks.append(RANK[State(row.state)])
        assert state not in SETTLED or row.state == state, "what is settled stays settled"

    assert ranks == sorted(ranks)
    assert lost == (row.state == State.FAILED)
    deciding = [status for status in statuses if status in (*ARRIVED, *LOST, "completed")]
    assert (row.state in SETTLED) == bool(deciding)
    if deciding:
        assert (row.state == State.DELIVERED) == (deciding[0] in ARRIVED), "the first word that decides, decides"
    kept.rollback()
