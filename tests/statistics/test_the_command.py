"""`dygnet stats`: publishes what is ready, and prints it for other programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli import app
from app.db import Database
from app.statistics.models import Edition
from app.statistics.publishing import publish, publish_month_by_month
from tests import desk
from tests.evidence import log
from tests.statistics.town import A_YEAR_ON as LATER
from tests.statistics.town import DAY, JANUARY, Town, some_months

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


@pytest.fixture
def command(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run it as an operator does, on a database in which forty people asked in January."""
    desk.employ(db, tmp_path, at=JANUARY)
    with db.transaction() as session:
        Town(session).ask(36, JANUARY + DAY)
        Town(session).ask(4, JANUARY + DAY, role="relative")
    monkeypatch.setenv("DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["stats", *words])


def test_it_prints_what_was_published_and_publishes_only_when_told_to(command, db: Database):
    assert command("--period", "2026").stdout.splitlines() == [
        "table,since,until,edition,total,group,mark,count,least,most"
    ]
    sheet = list(csv.DictReader(io.StringIO(command("--publish", "--period", "2026-01").stdout)))
    role = {
        row["group"]: (row["mark"], row["count"], row["least"], row["most"]) for row in sheet if row["table"] == "role"
    }

    assert role["self"] == ("rest", "", "28", "40")
    assert role["relative"] == ("few", "", "0", "4")
    assert [entry["actor"] for entry in log(db, "statistics.read")] == ["operator"] * 2


def test_a_month_at_a_time_comes_to_the_same_as_all_at_once(command, db: Database):
    with db.transaction() as session:
        Town(session).history(some_months(7, months=9, busy=40))
    with db.reading() as session:
        at_once = [(each.table_name, each.since, each.until, each.table) for each in publish(session, by="x", at=LATER)]
    publish_month_by_month(db, by="carin", at=LATER)
    with db.reading() as session:
        made = [(each.table_name, each.since, each.until, each.table) for each in session.scalars(select(Edition))]
    assert sorted(made, key=str) == sorted(at_once, key=str)


def test_json_says_the_same_as_records(command):
    command("--publish")
    found = json.loads(command("--json", "--table", "requests", "--period", "2026").stdout)
    assert [(row["group"], row["count"]) for row in found] == [("all", 40)]


def test_it_lists_its_tables_with_their_groups(command):
    said = command("--list").stdout
    assert "first_contact        within_1h" in said
    assert "district             the districts of the city" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--table", "handlers"), "no table handlers"),
        (("--period", "yesterday"), "a month, a quarter or a year"),
        (("--correct", "2026-01"), "say which table"),
        (("--correct", "2026-01", "--table", "role", "--publish"), "what was published stands"),
    ],
)
def test_what_it_cannot_do_it_says_with_status_1(command, words: tuple[str, ...], why: str):
    command("--publish")
    answer = command(*words)
    assert answer.exit_code == 1
    assert why in answer.stderr


def test_a_published_table_is_the_same_tomorrow(command, db: Database):
    before = command("--publish", "--period", "2026").stdout
    with db.transaction() as session:
        Town(session).ask(50, datetime(2026, 1, 20, tzinfo=UTC), role="unknown")
    assert command("--publish", "--period", "2026").stdout == before
