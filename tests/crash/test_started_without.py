"""Doors that are started while the database is away: a call is answered, and written down when it is back."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from app.cases.facts import Approach
from app.clock import WallClock
from app.db import Database
from app.telephony.signature import signature_of
from tests import desk
from tests.crash.callers import FORM
from tests.crash.line import Plan
from tests.crash.processes import Command, serving
from tests.evidence import log
from tests.people import A_STRANGER, ANNA, FATIMA, LINE
from tests.ports import free_port

SOURCE = f"CA{'7' * 32}"
now = WallClock().now


def test_they_ring_whoever_is_on_call_open_the_other_faces_later_and_say_afterwards_when_they_started(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """One journey, looked at from all sides: processes take long to start."""
    path = tmp_path / "line.db"
    path.write_bytes(sqlite_template.read_bytes())
    db = Database(f"sqlite:///{path}")
    desk.employ(db, tmp_path, at=now())
    plan = Plan(f"sqlite:///{path}", tmp_path / "keys", free_port(), "http://127.0.0.1:9", f"AC{'1' * 32}", "t", now())
    with doors(plan, tmp_path):
        _until((tmp_path / "kept-roster").exists)
    db.close()
    away = tmp_path / "away"
    away.mkdir()
    for each in tmp_path.glob("line.db*"):
        each.rename(away / each.name)
    path.mkdir()

    with doors(plan, tmp_path):
        before = now()
        status, answer = _call(plan)
        after = now()
        assert status == 200
        assert f">{ANNA}</Number>" in answer or f">{FATIMA}</Number>" in answer
        assert A_STRANGER not in answer
        assert [_get(plan, page) for page in ("/readyz", "/sv/", "/healthz")] == [503, 503, 200]

        path.rmdir()
        for each in away.iterdir():
            each.rename(tmp_path / each.name)
        _until(lambda: _came_at(db) is not None)
        came_at = _came_at(db)
        assert came_at
        assert before <= came_at <= after
        _until(lambda: _get(plan, "/sv/") == 200)
        assert len(log(db, "process.started")) == 2
    assert "+46" not in (tmp_path / "serve.log").read_text()
    db.close()


@contextmanager
def doors(plan: Plan, folder: Path) -> Iterator[None]:
    """A process until it is killed."""
    process = Command(plan, folder, serving(plan))
    try:
        _until(lambda: _get(plan, "/healthz") == 200)
        yield
    finally:
        os.kill(process._process.pid, signal.SIGKILL)
        process.join()


def _call(plan: Plan) -> tuple[int, str]:
    fields = (("AccountSid", plan.account), ("CallSid", SOURCE), ("From", A_STRANGER), ("To", LINE))
    signature = signature_of(plan.token.encode(), f"{plan.origin}/carrier/voice", fields).decode()
    headers = {"content-type": FORM, "X-Twilio-Signature": signature}
    return _ask(plan, "POST", "/carrier/voice", urlencode(fields), headers)


def _get(plan: Plan, path: str) -> int:
    try:
        return _ask(plan, "GET", path)[0]
    except OSError:
        return 0


def _ask(plan: Plan, method: str, path: str, *told: object) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=20)
    try:
        connection.request(method, path, *told)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _came_at(db: Database) -> datetime | None:
    with db.reading() as session:
        return session.scalar(select(Approach.at).where(Approach.source == SOURCE))


def _until(what: Callable[[], bool]) -> None:
    over = time.monotonic() + 60
    while not what():
        assert time.monotonic() < over, "it does not come true"
        time.sleep(0.1)
