"""A few days of a programme around a night on which the clocks change: what the whole year has, and little of it.

The whole year: `python -m bench.year`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db import Database
from bench.year.house import House
from bench.year.life import Life
from bench.year.play import play
from bench.year.report import report

SPRING = datetime(2026, 3, 28, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("db", "days", "cases"), [("sqlite", 2, 12), ("postgresql", 1, 4)], indirect=["db"], ids=["sqlite", "postgresql"]
)
def test_over_the_night_on_which_the_clocks_change_every_promise_holds(
    db: Database, days: int, cases: int, tmp_path: Path
):
    life = Life(House(db, tmp_path), seed=1, cases=cases, start=SPRING, days=days)

    play(life)

    told = report(life)
    assert "within 24 h" in told, told
    assert life.watcher.looks >= days
