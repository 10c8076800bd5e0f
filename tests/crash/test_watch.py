"""`dygnet watch` beside an engine that is really killed: two processes, a real database, a real wire to the carrier."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.clock import WallClock
from app.db import Database
from app.demo.folder import Marker
from app.escalation import pulse
from app.escalation.models import Escalation, Pulse
from app.simulator import Phone
from tests import desk
from tests.crash.line import SPEED
from tests.crash.test_engines import Lives, born
from tests.crash.test_engines import lives as lives
from tests.evidence import log
from tests.marks import ON_POSTGRESQL
from tests.people import NUMBERS

HOUSE = Path(__file__).parent.parent.parent
TWO_MINUTES = timedelta(minutes=2) * SPEED


@pytest.fixture
def machine(lives: Lives, tmp_path: Path) -> Path:
    """Another machine's folder: the programme file and the hour, and no key."""
    folder = tmp_path / "another-machine"
    (folder / "var").mkdir(parents=True)
    (folder / "programme.toml").write_bytes((tmp_path / "programme.toml").read_bytes())
    started = lives.plan.started.isoformat()
    marker = Marker("AC", "token", speed=SPEED, clock_started=started, wall_started=started)
    (folder / "var" / "demo.json").write_text(json.dumps(asdict(marker)))
    return folder


@contextmanager
def watching(lives: Lives, machine: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command, as somebody gives it there."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    said = {
        "DATABASE_URL": lives.plan.database_url,
        "TWILIO_ACCOUNT_SID": lives.plan.account,
        "TWILIO_AUTH_TOKEN": lives.plan.token,
        "TWILIO_API_URL": lives.plan.carrier,
        "KEYS_DIR": "no-keys-here",
    }
    command = [sys.executable, "-m", "app.cli", "watch", "programme.toml", *options]
    with (machine / "log").open("wb") as written:
        process = subprocess.Popen(command, cwd=machine, env=kept | said | {"PYTHONPATH": str(HOUSE)}, stderr=written)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@ON_POSTGRESQL  # where the watcher is another machine
def test_the_engine_is_killed_a_step_falls_due_and_the_chain_is_rung_by_another_process(
    lives: Lives, machine: Path
) -> None:
    engine = born(lives)
    assert until(lambda: beats(lives.db))
    desk.waiting(lives.db, at=lives.plan.clock().now())
    with watching(lives, machine, "--every", "1") as watcher:
        time.sleep(3)
        assert not rung(lives), "while the engine lives nobody is woken"
        engine.kill()
        engine.join()
        time_passes(lives.db)
        assert until(lambda: len(rung(lives)) == 2)
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(timeout=10) == 0
    events = [json.loads(line)["event"] for line in (machine / "log").read_text().splitlines()]

    assert [event for event in events if event != "an alarm is on its way"] == [
        "something due is late",
        "something due is late",
        "the alarm is raised",
    ]
    assert {entry["object"] for entry in log(lives.db, "alarm.raised")} == {"person:carin", "person:dag"}
    assert once(lives, machine) == 2, "cron finds it late, and told"
    assert [len(alarms(phone)) for phone in chain(lives)] == [1, 1], "once, not twice"


def once(lives: Lives, machine: Path) -> int:
    with watching(lives, machine, "--once", "--json") as watcher:
        return watcher.wait(timeout=30)


def beats(db: Database) -> bool:
    with db.reading() as session:
        return pulse.felt(session) is not None


def time_passes(db: Database) -> None:
    """Two minutes in which nobody did anything."""
    with db.transaction() as session:
        for row in session.scalars(select(Pulse)):
            row.at -= TWO_MINUTES
        for waiting in session.scalars(select(Escalation).where(Escalation.next_at.is_not(None))):
            waiting.next_at = WallClock().now() - TWO_MINUTES


def rung(lives: Lives) -> list[Phone]:
    return [phone for phone in chain(lives) if alarms(phone) and phone.ringing]


def chain(lives: Lives) -> list[Phone]:
    return [lives.exchange.phone(NUMBERS[alias]) for alias in ("carin", "dag")]


def alarms(phone: Phone) -> list[str]:
    """What the watcher texted; the engine has its own things to say."""
    return [text.body for text in phone.inbox if text.body.startswith("LARM")]


def until(what: Callable[[], bool], *, within: float = 20.0) -> bool:
    """Whether it came true in time."""
    over = time.monotonic() + within
    while time.monotonic() < over:
        if what():
            return True
        time.sleep(0.1)
    return False
