"""Promise 3: twenty-four hours from the first approach, and nothing but two-way contact stops the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases.first_contact import Standing
from app.cases.models import Case
from app.escalation import engine
from app.staff.directory import by_alias
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, MONDAY, PROGRAMME


def test_promise_3_nothing_moves_the_deadline_later(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    for name, body in (("anna", "1"), ("anna", "2"), ("bo", "1")):
        hotline.fast_forward(minutes=2)
        hotline.text_from(name, f"{body} {hotline.case().reference}")
    hotline.record_contact("bo", "voicemail")
    hotline.call_from(A_STRANGER).hang_up()
    hotline.apply(PROGRAMME.replace('within = "PT24H"', 'within = "PT20H"'))
    hotline.restart()
    hotline.fast_forward(hours=2)
    assert hotline.case().standing is Standing.WAITING
    assert hotline.case().due_at == MONDAY + timedelta(hours=24)


def test_promise_3_of_two_cases_that_are_joined_the_earlier_clock_counts(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=2)
    hotline.fill_in_form(contact="none")
    with hotline.db.transaction() as session:
        older, newer = (session.get_one(Case, case.id) for case in hotline.cases())
        newer.join_into(older, by="anna", at=hotline.now)
    older, newer = hotline.cases()
    assert older.due_at == MONDAY + timedelta(hours=24)
    assert (older.standing, newer.standing) == (Standing.WAITING, Standing.JOINED)


def test_promise_3_late_contact_stops_the_paging_and_not_the_breach(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.wait_until(hotline.case().due_at + timedelta(seconds=1))
    hotline.text_from("dag", f"1 {hotline.case().reference}")
    hotline.record_contact("dag")
    case = hotline.case()
    assert case.standing is Standing.REACHED
    assert case.is_overdue(hotline.now)
    assert case.breach.at == case.due_at


@ON_ONE_DATABASE
@pytest.mark.parametrize("engine_first", [True, False])
def test_promise_3_at_the_very_moment_it_is_due_it_is_too_late_whoever_writes_first(
    hotline: Hotline, engine_first: bool
):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.kill_the_engine()
    hotline.wait_until(hotline.case().due_at)
    in_turn = [lambda: engine.play(hotline.db, at=hotline.now), lambda: hotline.record_contact("anna")]
    for write in in_turn if engine_first else reversed(in_turn):
        write()
    assert hotline.case().is_overdue(hotline.now)
    assert not [entry for entry in log(hotline.db, "contact.first") if entry["facts"]["in_time"]]


@ON_ONE_DATABASE
def test_promise_3_contact_in_the_last_second_is_in_time_though_the_engine_was_dead(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.kill_the_engine()
    hotline.wait_until(hotline.case().due_at - timedelta(seconds=1))
    with hotline.db.transaction() as session:
        case, anna = session.get_one(Case, hotline.case().id), by_alias(session, "anna")
        assert anna
        case.record_attempt(by=anna, at=hotline.now, channel="call", outcome="reached")
    hotline.wait_until(hotline.case().due_at + timedelta(hours=1))
    hotline.restart()
    assert hotline.case().breach is None
    assert not hotline.phone("dag").inbox
