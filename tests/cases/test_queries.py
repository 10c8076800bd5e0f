"""Every open case is counted once, and what waits is told from what is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import pressing, queries
from app.cases.co_handling import CoHandling, CoHandlingEnd, was_beside_a_holder
from app.cases.facts import FirstContact, Hold
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.cases.returning import RepeatTag
from app.db import new_id
from app.errors import NoSuchPage
from app.journeys import ask
from tests import desk
from tests.people import MONDAY

FATES = ["waits", "taken", "reached", "closed", "advised", "joined", "given back"]


def _live(session: Session, fate: str) -> Case:
    case = desk.opened(session, at=MONDAY)
    anna = desk.named(session, "anna")
    if fate in ("taken", "given back"):
        case.take(by=anna, at=MONDAY, via="page")
    if fate == "given back":
        case.release(at=MONDAY, by="anna", because="passed_on")
    if fate in ("reached", "advised"):
        case.record_attempt(by=anna, at=MONDAY, channel="call", outcome="reached")
    if fate == "advised":
        case.close(by=anna, at=MONDAY, outcome="advice", code="advice")
    if fate == "closed":
        case.close(by=anna, at=MONDAY, outcome="closed", code="silent_call")
    if fate == "joined":
        case.join_into(desk.opened(session, at=MONDAY), by="caller", at=MONDAY)
    session.flush()
    return case


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.lists(st.sampled_from(FATES), max_size=8))
def test_waiting_taken_and_reached_exclude_each_other_and_leave_out_nobody(session: Session, fates: list[str]) -> None:
    kept = session.begin_nested()
    cases = [_live(session, fate) for fate in fates]
    by_row = {
        Standing.WAITING: queries.count_waiting(session),
        Standing.TAKEN: queries.count_taken(session),
        Standing.REACHED: queries.count_reached(session),
    }
    joined_into = sum(fate == "joined" for fate in fates)
    expected = {each: sum(case.standing is each for case in cases) for each in by_row}
    expected[Standing.WAITING] += joined_into

    assert by_row == expected
    assert sum(pressing.counts(session, "nobody", sees_all=True, at=MONDAY).values()) == sum(by_row.values())
    assert queries.count_overdue(session, MONDAY + desk.A_DAY) == by_row[Standing.WAITING] + by_row[Standing.TAKEN]
    assert queries.count_overdue(session, MONDAY + desk.A_DAY - timedelta(seconds=1)) == 0
    kept.rollback()


moments = st.integers(0, 4).map(lambda hours: MONDAY + timedelta(hours=hours))
a_time = st.tuples(moments, st.none() | moments)
times_of_somebody = st.lists(st.tuples(st.sampled_from(["anna", "bo"]), a_time), max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=a_time | st.none(), beside=times_of_somebody, made=moments)
def test_a_list_and_the_case_itself_agree_about_whose_a_first_contact_was(session, held, beside, made) -> None:
    kept = session.begin_nested()
    case, anna = desk.opened(session, at=MONDAY), desk.named(session, "anna")
    if held:
        session.add(Hold(case_id=case.id, person_id=anna.id, at=held[0], via="page", released_at=held[1]))
    for alias, (begun, ended) in beside:
        of = {"case_id": case.id, "person_id": desk.named(session, alias).id, "by_id": anna.id, "because": "load"}
        session.add(one := CoHandling(id=new_id(), at=begun, until=begun + timedelta(days=1), **of))
        session.flush()
        if ended:
            session.add(CoHandlingEnd(co_handling_id=one.id, at=ended, by="anna", because="word"))
    bo = desk.named(session, "bo")
    session.add(FirstContact(case_id=case.id, by_id=bo.id, at=made, channel="call", word="handler"))
    session.flush()
    session.expire(case)

    found = session.scalars(select(FirstContact.case_id).where(~was_beside_a_holder())).all()
    assert (case.id in found) == (case.reached_by is bo)
    kept.rollback()


def test_the_next_due_moment_belongs_to_who_has_waited_longest(session: Session) -> None:
    for minutes in (30, 10, 20):
        desk.opened(session, at=MONDAY + timedelta(minutes=minutes))

    assert queries.next_due(session) == MONDAY + timedelta(minutes=10) + desk.A_DAY


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower"])
def test_a_reference_is_found_however_it_was_typed(session: Session, typed: str) -> None:
    case = desk.opened(session)
    asked = case.reference.lower() if typed == "lower" else typed.format(case.reference)

    assert queries.by_reference(session, asked) is case


def test_only_a_waiting_case_is_recognised_by_its_full_tag(session: Session) -> None:
    tag = b"t" * 16
    for fate in ("closed", "reached", "joined", "waits"):
        session.add(RepeatTag(case_id=_live(session, fate).id, full=tag, short=1))
    session.flush()

    (found,) = ask(session, queries.who_waits([tag]))
    assert session.get_one(Case, found).standing is Standing.WAITING
    assert ask(session, queries.who_waits([b"u" * 16])) == [None]


def test_a_hint_is_never_about_the_case_itself_or_one_that_was_joined(session: Session) -> None:
    asked, like, joined, other = (desk.opened(session) for _ in range(4))
    for case, short in ((asked, 7), (like, 7), (joined, 7), (other, 8)):
        session.add(RepeatTag(case_id=case.id, full=None, short=short))
    joined.join_into(like, by="anna", at=MONDAY)
    session.flush()

    assert queries.maybe_the_same(session, asked) == [like]


def test_an_unknown_case_is_no_case(session: Session) -> None:
    with pytest.raises(NoSuchPage):
        queries.locked(session, new_id())
    assert queries.locked_if_free(session, new_id()) is None
