"""What the carrier says of a page concerns its case only when the page is settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.escalation import lost_pages
from app.escalation.ladder import advance
from app.escalation.opening import begin, escalation_of
from app.notifications import detours, outbox
from app.notifications.models import Notification, State
from app.programme.apply import current
from tests import desk
from tests.people import MONDAY

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def page(session: Session) -> Notification:
    """A page that the carrier has taken, about a case that waits."""
    case = desk.opened(session)
    begin(session, case, current(session).routine, at=MONDAY)
    session.flush()
    advance(session, case, escalation_of(session, case), at=MONDAY)
    (row, *_) = outbox.claim(session, at=MONDAY)
    detours.begin(session, row, ("twilio",), at=MONDAY)
    outbox.accept(row, ref="SM1", at=MONDAY)
    session.flush()
    return row


@contextmanager
def asked(session: Session) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, words: str, *_: object) -> None:
        told.append(words)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield told
    event.remove(session.get_bind(), "before_cursor_execute", note)


def reported(session: Session, page: Notification, status: str) -> list[str]:
    with asked(session) as told:
        lost_pages.reported(session, page.id, status=status, code=None, at=MONDAY + A_SECOND, ref="SM1")
        session.flush()
    return [words for words in told if "FROM cases" in words]


@pytest.mark.parametrize("status", ["queued", "sent", "ringing", "in-progress"])
def test_a_page_on_its_way_is_noted_without_holding_up_whoever_changes_the_case(
    session: Session, page: Notification, status: str
):
    assert reported(session, page, status) == []
    assert (page.state, page.carrier_status) == (State.ACCEPTED, status)


@pytest.mark.parametrize("status", ["failed", "busy", "undelivered"])
def test_a_page_that_is_lost_is_seen_to_with_the_case_in_hand(session: Session, page: Notification, status: str):
    assert reported(session, page, status)
    assert page.state == State.FAILED


def test_what_is_said_of_a_settled_page_changes_nothing(session: Session, page: Notification):
    reported(session, page, "delivered")
    reported(session, page, "failed")

    assert page.state == State.DELIVERED
    assert session.scalars(select(Notification.state).where(Notification.id == page.id)).one() == State.DELIVERED
