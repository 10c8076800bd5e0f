"""The round: any number of engines, no step twice, and one broken row stops nobody else's."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.db import Database
from app.escalation import engine
from app.escalation.models import Escalation, Pulse, StepTaken
from app.notifications.models import Notification
from tests import desk
from tests.evidence import log
from tests.people import MONDAY

MINUTE = timedelta(minutes=1)


@pytest.fixture
def staffed(db: Database, tmp_path: Path) -> Database:
    desk.employ(db, tmp_path)
    return db


def test_engines_at_the_same_time_take_each_step_once(staffed: Database) -> None:
    cases = [desk.waiting(staffed) for _ in range(6)]
    together, rounds = threading.Barrier(4), []

    def one_engine() -> None:
        together.wait()
        rounds.append(engine.play(staffed, at=MONDAY + 6 * MINUTE))

    engines = [threading.Thread(target=one_engine) for _ in range(4)]
    for each in engines:
        each.start()
    for each in engines:
        each.join()
    engine.play(staffed, at=MONDAY + 6 * MINUTE)

    with staffed.reading() as session:
        taken = session.execute(select(StepTaken.case_id, StepTaken.step)).all()
        pages = session.scalars(select(Notification)).all()
    assert sorted(taken) == sorted((case, step) for case in cases for step in ("untaken.0.0", "untaken.1.0"))
    assert len(pages) == len(cases) * 3
    assert sum(played.postponed for played in rounds) == 0


def test_a_broken_case_is_put_aside_loudly_and_the_round_goes_on(
    staffed: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = desk.waiting(staffed), desk.waiting(staffed, at=MONDAY + MINUTE)
    with staffed.transaction() as session:
        session.execute(update(Escalation).where(Escalation.case_id == broken).values(policy="{"))
    with caplog.at_level(logging.ERROR):
        played = engine.play(staffed, at=MONDAY + MINUTE)

    assert (played.postponed, played.deeds > 0) == (1, True)
    assert "put aside" in caplog.text
    with staffed.reading() as session:
        assert session.scalars(select(StepTaken.case_id)).all() == [sound]
        put_aside = session.get_one(Escalation, broken)
        assert (put_aside.failures, put_aside.next_at) == (1, MONDAY + MINUTE + engine.POSTPONED_BY)
        policy = session.get_one(Escalation, sound).policy

    with staffed.transaction() as session:
        session.execute(update(Escalation).where(Escalation.case_id == broken).values(policy=policy))
    engine.play(staffed, at=MONDAY + 3 * MINUTE)
    with staffed.reading() as session:
        assert session.get_one(Escalation, broken).failures == 0
        assert set(session.scalars(select(StepTaken.case_id))) == {broken, sound}
    assert [entry["result"] for entry in log(staffed, "step.postponed")] == ["failed"]


def test_a_round_in_which_nothing_is_due_leaves_nothing_but_a_pulse(staffed: Database) -> None:
    engine.play(staffed, at=MONDAY)
    with staffed.reading() as session:
        before = desk.actions(session)
    played = engine.play(staffed, at=MONDAY + MINUTE)

    assert played.deeds == 0
    assert engine.next_at(staffed) is None
    with staffed.reading() as session:
        assert desk.actions(session) == before
        assert session.get_one(Pulse, 1).at == MONDAY + MINUTE


def test_the_engine_sleeps_until_exactly_the_next_due_moment(staffed: Database) -> None:
    desk.waiting(staffed)
    engine.play(staffed, at=MONDAY)

    assert engine.next_at(staffed) == MONDAY + 5 * MINUTE


def test_whatever_is_late_is_measured(staffed: Database) -> None:
    desk.waiting(staffed)
    played = engine.play(staffed, at=MONDAY + 3 * MINUTE)

    assert played.worst_lateness == 3 * MINUTE
    with staffed.reading() as session:
        assert session.scalars(select(StepTaken.late_ms)).all() == [180_000]
        assert session.get_one(Pulse, 1).worst_lateness_ms == 180_000
