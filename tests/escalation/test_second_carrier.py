"""Whatever two carriers refuse or lose, in any order: a page goes another way at most once, and never for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation import lost_pages
from app.escalation.ladder import advance
from app.escalation.opening import begin, escalation_of
from app.notifications import detours, outbox
from app.notifications.models import CARRIERS, Detour, Notification, State, Try
from app.programme.apply import current
from app.telephony.carrier import CarrierError, Trouble
from tests import desk
from tests.people import MONDAY

SECOND = timedelta(seconds=1)
BOTH, ONE = CARRIERS, CARRIERS[:1]

problems = st.builds(
    CarrierError,
    st.sampled_from(Trouble),
    code=st.sampled_from([None, 400, 403, 20003, 20429, 20500, 21606, 21610]),
    maybe_done=st.booleans(),
)
statuses = st.sampled_from(["sent", "delivered", "failed", "undelivered", "busy", "no-answer", "completed", "canceled"])
outcomes = st.lists(st.one_of(problems, statuses, st.just("accepted")), min_size=1, max_size=8)


def paged(session: Session) -> None:
    """A case waits, and its first page is written."""
    case = desk.opened(session)
    begin(session, case, current(session).routine, at=MONDAY)
    session.flush()
    advance(session, case, escalation_of(session, case), at=MONDAY)
    session.flush()


def play(session: Session, outcome: object, carriers: Sequence[str], nth: int) -> None:
    """Hand over what waits, and let this become of each."""
    at = MONDAY + nth * 40 * SECOND
    claimed = outbox.claim(session, at=at)
    for row in claimed:
        detours.begin(session, row, carriers, at=at)
    session.flush()
    known = session.scalars(select(Notification.id).where(Notification.tries > 0)).all()
    for page_id in known:
        if isinstance(outcome, CarrierError):
            lost_pages.refused(session, page_id, outcome, at=at)
        elif outcome == "accepted":
            outbox.accepted(session, page_id, ref=f"SM{nth}", at=at)
            detours.taken_over(session, page_id, at=at)
        else:
            lost_pages.reported(session, page_id, status=str(outcome), code=None, at=at)
    session.flush()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes)
def test_a_page_goes_another_way_at_most_once_and_only_after_the_first_had_it(
    session: Session, outcomes: list[object]
) -> None:
    kept = session.begin_nested()
    paged(session)
    for nth, outcome in enumerate(outcomes):
        play(session, outcome, BOTH, nth)

    for detour in session.scalars(select(Detour)):
        assert session.get(Detour, detour.instead_id) is None, "what stands in is not stood in for"
        taken = session.scalars(select(Try.carrier).where(Try.notification_id == detour.instead_id)).all()
        assert set(taken) <= {"elks"}
        assert session.scalars(select(Try.carrier).where(Try.notification_id == detour.page_id)).first() == "twilio"
        assert (
            session.get_one(Notification, detour.instead_id).due_at
            == session.get_one(Notification, detour.page_id).due_at
        ), "late is measured from when the page was due, whoever brings it"
    kept.rollback()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes)
def test_where_there_is_one_carrier_nothing_goes_another_way(session: Session, outcomes: list[object]) -> None:
    kept = session.begin_nested()
    paged(session)
    for nth, outcome in enumerate(outcomes):
        play(session, outcome, ONE, nth)

    assert session.scalars(select(Detour)).all() == []
    assert set(session.scalars(select(Try.carrier))) == {"twilio"}
    kept.rollback()


@pytest.mark.parametrize("status", ["busy", "no-answer", "completed", "sent", "delivered"])
def test_what_the_telephone_did_is_not_the_carriers_doing(session: Session, status: str) -> None:
    paged(session)
    play(session, status, BOTH, 0)

    assert session.scalars(select(Detour)).all() == []


def test_a_page_that_waits_for_the_first_is_dropped_when_the_second_has_taken_it(session: Session) -> None:
    paged(session)
    play(session, CarrierError(Trouble.TRANSIENT, code=20500, maybe_done=True), BOTH, 0)
    detour = session.scalars(select(Detour)).one()
    page = session.get_one(Notification, detour.page_id)
    assert page.state == State.PENDING

    detours.taken_over(session, detour.instead_id, at=MONDAY + SECOND)
    assert (page.state, page.trouble) == (State.FAILED, detours.REPLACED)
    assert detours.carrier_of(session, detour.page_id) == "twilio"


def test_a_page_that_the_first_reported_after_all_is_left_alone(session: Session) -> None:
    paged(session)
    play(session, CarrierError(Trouble.TRANSIENT, maybe_done=True), BOTH, 0)
    detour = session.scalars(select(Detour)).one()
    page = session.get_one(Notification, detour.page_id)
    lost_pages.reported(session, page.id, status="delivered", code=None, at=MONDAY + SECOND)
    detours.taken_over(session, detour.instead_id, at=MONDAY + 2 * SECOND)

    assert page.state == State.DELIVERED
