"""The engine was dead all night: at its start it does everything that is due, in order, and folds the repeats."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.escalation import engine
from app.escalation.models import Escalation
from app.notifications import outbox
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


@ON_ONE_DATABASE
def test_every_step_is_taken_in_order_and_missed_repeats_are_one(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    opened = hotline.now
    hotline.wait_until(opened + timedelta(hours=9))
    hotline.restart()
    taken = [entry["facts"] for entry in log(hotline.db, "step.taken")][:3]
    assert [(step["step"], step["missed"]) for step in taken] == [
        ("untaken.0.0", 0),
        ("untaken.1.53", 53),
        ("untaken.2.0", 0),
    ]
    assert hotline.case().reference in hotline.phone("anna").inbox[0].body
    assert hotline.phone("anna").ringing
    assert hotline.phone("bo").ringing
    assert hotline.phone("carin").inbox


@ON_ONE_DATABASE
def test_after_the_catching_up_the_ladder_goes_on_at_its_old_moments(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    opened = hotline.now
    hotline.wait_until(opened + timedelta(minutes=61))
    hotline.restart()
    hotline.fast_forward(minutes=4)
    last = hotline.steps()[-1]
    assert (last.step, last.due_at - opened) == ("untaken.1.6", timedelta(minutes=65))
    assert last.late_ms < 1000


def test_a_deadline_that_passed_in_the_night_is_a_breach_of_that_moment_and_everybody_is_paged(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    hotline.wait_until(hotline.case().due_at + timedelta(hours=3))
    hotline.restart()
    breach = hotline.case().breach
    assert breach.at == hotline.case().due_at
    assert breach.recorded_at == hotline.now
    assert hotline.phone("dag").inbox
    taken = [step.step for step in hotline.steps()]
    assert {"uncontacted.0.0", "uncontacted.1.6"} <= set(taken), "neither the warning nor the breach is skipped"
    assert len(taken) == len(set(taken))


@ON_ONE_DATABASE
def test_a_page_that_was_being_sent_when_the_process_died_is_sent_a_minute_later(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    engine.play(hotline.db, at=hotline.now)
    with hotline.db.transaction() as session:
        assert outbox.claim(session, at=hotline.now)
    hotline.restart()
    assert not hotline.phone("anna").inbox
    hotline.fast_forward(minutes=1)
    assert len(hotline.phone("anna").inbox) == 1


@ON_ONE_DATABASE
def test_a_row_that_is_broken_stops_nobody_elses_pages(hotline: Hotline, caplog):
    hotline.kill_the_engine()
    for number in (A_STRANGER, ANOTHER_STRANGER, A_BORROWED_PHONE):
        hotline.text_from(number, "hej")
    first, *others = hotline.cases()
    with hotline.db.transaction() as session:
        session.execute(update(Escalation).where(Escalation.case_id == first.id).values(policy="{"))
    hotline.restart()
    texts = " ".join(text.body for text in hotline.phone("anna").inbox)
    assert all(case.reference in texts for case in others)
    assert first.reference not in texts
    assert "put aside" in caplog.text
    with hotline.db.reading() as session:
        row = session.get_one(Escalation, first.id)
        assert (row.failures, row.next_at) == (1, hotline.now + timedelta(minutes=1))
