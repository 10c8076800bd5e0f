"""A year of the line under the test clock. Ends with status 1, and the story of the case, when a promise is broken."""

from __future__ import annotations

import argparse
import gc
import logging
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from app.db import Database
from bench.year.house import House
from bench.year.life import Life
from bench.year.play import play
from bench.year.report import report
from bench.year.watcher import Broken
from tests import postgres
from tests.people import MONDAY


def main() -> None:
    """Live the year; say what it was like."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=20_000, help="how many approaches of strangers there are")
    asked.add_argument("--days", type=int, default=365)
    asked.add_argument("--seed", type=int, default=1, help="another seed is another year")
    asked.add_argument("--start", default=f"{MONDAY:%F}", help="a date, not before %(default)s")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--folder", help="where the database and its log are kept; by default they are thrown away")
    told = asked.parse_args()
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.set_threshold(50_000)
    start = max(MONDAY, datetime.fromisoformat(told.start).replace(hour=8, tzinfo=UTC))
    began = time.perf_counter()
    with _a_database(told.database, told.folder) as (database, folder):
        house = House(database, folder)
        life = Life(house, seed=told.seed, cases=told.cases, start=start, days=told.days)
        try:
            play(life, tell=_progress(began))
        except Broken as problem:
            print(f"seed {told.seed}: {problem}", file=sys.stderr)
            raise SystemExit(1) from None
        minutes, busy = (time.perf_counter() - began) / 60, time.process_time() / 60
        print(
            f"seed {told.seed}, {told.days} days from {start:%F} on {told.database}, in {minutes:.1f} minutes, "
            f"{busy:.1f} of the processor"
        )
        print(report(life))


def _progress(began: float) -> Callable[[Life, datetime], None]:
    last = began

    def tell(life: Life, now: datetime) -> None:
        nonlocal last
        if time.perf_counter() - last > 15:
            last = time.perf_counter()
            came = sum(life.callers.came.values())
            print(f"  {now:%F}: {came:,} approaches, {(last - began) / max(came, 1) * 1000:.0f} ms each", flush=True)

    return tell


@contextmanager
def _a_database(kind: str, kept: str | None) -> Iterator[tuple[Database, Path]]:
    with tempfile.TemporaryDirectory(prefix="dygnet-year-") as thrown_away:
        folder = Path(kept or thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            database = Database(f"sqlite:///{folder / 'dygnet.db'}")
            event.listen(database.engine, "connect", _wait_for_no_disk)
            database.migrate()
            yield database, folder
            database.close()
            return
        with postgres.running() as url:
            database = Database(url)
            database.migrate()
            yield database, folder
            database.close()


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    """Whether commits survive the loss of power is looked at elsewhere, and there are a million of them in a year."""
    connection.execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    main()
