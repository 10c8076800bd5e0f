"""An engine sleeps until there is something to do and not a moment longer; here its metronome is as good as stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.escalation.models import Pulse
from app.escalation.pulse import Round, beat
from app.notifications.models import Notification
from app.settings import settings_from
from app.simulator import Account, Exchange, LiveTimeline, create_rest
from app.worker import worker_for
from tests import desk, people
from tests.hotline import Switchboard
from tests.marks import ON_ONE_DATABASE, ON_POSTGRESQL

SOON, NEVER = 30.0, 3600.0
now = WallClock().now


@pytest.fixture
def awake(db: Database, switchboard: Switchboard, tmp_path: Path) -> Iterator[Database]:
    """A database at which an engine works whose metronome beats once an hour."""
    desk.employ(db, tmp_path, at=now())
    account, timeline = Account(f"AC{'1' * 32}", "a-token"), LiveTimeline()
    exchange = Exchange(account, timeline=timeline, pace=0)
    exchange.sell_line(people.LINE, voice_url="http://127.0.0.1:9/voice", sms_url="http://127.0.0.1:9/sms")
    for number in people.NUMBERS.values():
        exchange.phone(number)
    switchboard.app = create_rest(exchange)
    settings = settings_from(
        env_file=None,
        database_url=db.engine.url.render_as_string(hide_password=False),
        keys_dir=tmp_path / "keys",
        public_url="http://127.0.0.1:9",
        twilio_account_sid=account.sid,
        twilio_auth_token=account.auth_token,
        twilio_api_url=switchboard.url,
    )
    worker = worker_for(settings, db, WallClock(), tick=NEVER)
    worker.start()
    time.sleep(0.5)
    yield db
    worker.stop()
    timeline.close()


def accepted(db: Database) -> list[Notification]:
    """Pages about a case, which the carrier has taken. (That nobody's telephone was proved yet is paged as well.)"""
    about_a_case = select(Notification).where(Notification.case_id.is_not(None))
    with db.reading() as session:
        return list(session.scalars(about_a_case.where(Notification.accepted_at.is_not(None))))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


@ON_ONE_DATABASE
def test_a_new_case_is_paged_at_once_and_not_at_the_next_tick(awake: Database) -> None:
    desk.waiting(awake, at=now())
    until(lambda: accepted(awake))


@ON_POSTGRESQL
def test_a_case_that_another_process_opens_is_paged_at_once_too(awake: Database) -> None:
    door = Database(awake.engine.url.render_as_string(hide_password=False))
    desk.waiting(door, at=now())
    until(lambda: accepted(awake))
    door.close()


@ON_ONE_DATABASE
def test_the_next_step_comes_at_its_own_moment(awake: Database) -> None:
    case = desk.waiting(awake, at=now() - timedelta(minutes=5) + timedelta(seconds=1.5))
    until(lambda: accepted(awake))
    with awake.reading() as session:
        assert {page.case_id for page in session.scalars(select(Notification)) if page.case_id} == {case}
    until(lambda: len({page.step_id for page in accepted(awake)}) == 2)
    step = max(accepted(awake), key=lambda page: page.due_at)
    assert step.accepted_at
    assert timedelta() <= step.accepted_at - step.due_at < timedelta(seconds=SOON / 2)


def test_a_round_that_is_asked_for_some_leaves_the_rest_for_the_next_at_once(db: Database, tmp_path: Path) -> None:
    desk.employ(db, tmp_path)
    waiting = {desk.waiting(db) for _ in range(3)}
    first = engine.play_some(db, at=people.MONDAY, most=2)
    second = engine.play_some(db, at=people.MONDAY, most=2)

    assert (first.deeds, first.next_at) == (2, people.MONDAY)
    assert second.deeds == 1
    assert second.next_at
    assert second.next_at > people.MONDAY
    with db.reading() as session:
        assert set(session.scalars(select(Notification.case_id))) == waiting


@ON_POSTGRESQL
def test_a_case_that_somebody_else_is_changing_is_looked_at_again_in_a_moment(db: Database, tmp_path: Path) -> None:
    desk.employ(db, tmp_path)
    with desk.changing(db, desk.waiting(db)):
        played = engine.play(db, at=people.MONDAY)
    assert (played.deeds, played.next_at) == (0, people.MONDAY + engine.A_MOMENT)


def test_the_pulse_adds_up_what_every_engine_did(db: Database) -> None:
    for _ in range(2):
        late = timedelta(seconds=3)
        slow = Round(people.MONDAY, deeds=2, postponed=1, lateness=2 * late, worst_lateness=late, seconds=0.5)
        beat(db, [slow, Round(people.MONDAY, seconds=0.25)], at=people.MONDAY)
    with db.reading() as session:
        row = session.get_one(Pulse, 1)
    assert (row.round_ms, row.worst_lateness_ms, row.deeds) == (500, 3000, 2)
    assert (row.rounds_in_all, row.deeds_in_all, row.postponed_in_all) == (4, 4, 2)
    assert (row.busy_ms_in_all, row.late_ms_in_all) == (1500, 12000)
