"""A signed voice webhook to its committed answer, beside a bare endpoint on the same database in the same run.

The bare endpoint verifies the signature and inserts one row, once with the carrier's SDK and once with our own check.
Ours opens a case: clock, escalation, sealing, audit. Each run begins after a rest, in which our process makes keys
ahead, as it does whenever nobody calls: they last for 512 calls. `--calls 2000` shows what happens when they do not.
In the rest SQLite's log is copied into its file, as the engine has it done every second: otherwise whoever comes next
does it, for everybody before. Each is one process; the load comes from this one, in stretches of as many calls as there
are numbers that belong to nobody. Runs alternate, and their medians are compared, so that a busy machine is as busy for
all.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import update

from app.cases.returning import RepeatTag
from app.db import Database
from bench import others
from bench.load import Figure, Run, median, send, webhook
from bench.servers import BARE, OURS, fresh_database, prepare, serving

Kind = Callable[[int, int], Run]
"""So many calls, by so many callers at once; no more calls than there are `NUMBERS`."""

WARM_UP: Final = 200
A_REST: Final = 1.5
"""Real seconds before each run, for everybody alike."""

NUMBERS: Final = [f"+46701740{n}" for n in range(605, 700)] + [f"+46846500{n}" for n in range(400, 500)]
"""Numbers that belong to nobody, by the regulator's word."""


def main() -> None:
    """Measure on SQLite and on PostgreSQL, with 1, 8 and 32 callers at once; then the other webhooks, once."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--calls", type=int, default=390, help="calls in each run")
    asked.add_argument("--runs", type=int, default=5, help="runs, of which the median counts")
    asked.add_argument("--only", choices=("sqlite", "postgresql"), help="one database only")
    told = asked.parse_args()
    for name in ("sqlite", "postgresql"):
        if told.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
                _measure(name, url, Path(folder), calls=told.calls, runs=told.runs)


def _measure(name: str, url: str, folder: Path, *, calls: int, runs: int) -> None:
    database = prepare(url, folder)
    with ExitStack() as stack:
        bare = stack.enter_context(serving(url, folder, BARE, BARE_CHECK="sdk"))
        own = stack.enter_context(serving(url, folder, BARE, BARE_CHECK="own"))
        ours = stack.enter_context(serving(url, folder, OURS))
        kinds: dict[str, Kind] = {
            "bare": partial(_hidden, bare),
            "bare, own check": partial(_hidden, own),
            "ours, hidden": partial(_hidden, ours),
            "ours, numbered": partial(_numbered, ours, database),
        }
        for kind in kinds.values():
            _in_stretches(kind, WARM_UP, 8)
        print(f"\n{name}\n{'callers':>8}{'/s':>24}{'p99 ms':>9}{'of bare':>11}{'p99':>8}{'of own check':>22}{'p99':>8}")
        for callers in (1, 8, 32):
            _show(callers, _alternating(database, kinds, callers, calls, runs))
        others.measure(database, ours, bare, calls=calls)
    database.close()


def _alternating(
    database: Database, kinds: Mapping[str, Kind], callers: int, calls: int, runs: int
) -> dict[str, Figure]:
    found: dict[str, list[Run]] = {name: [] for name in kinds}
    for _ in range(runs):
        for name, kind in kinds.items():
            if database.is_sqlite:
                with database.engine.connect() as connection:
                    connection.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            time.sleep(A_REST)
            found[name].append(_in_stretches(kind, calls, callers))
    return {name: median(each) for name, each in found.items()}


def _in_stretches(kind: Kind, calls: int, callers: int) -> Run:
    """Stretches as long as one another, as far as that can be."""
    run, stretches = Run([], 0.0), -(-calls // len(NUMBERS))
    for stretch in range(stretches):
        run += kind(calls * (stretch + 1) // stretches - calls * stretch // stretches, callers)
    return run


def _show(callers: int, found: dict[str, Figure]) -> None:
    for name, figure in found.items():
        line = f"{callers:8}  {name:16}{figure.rate:6.0f}{figure.p99:9.1f}"
        if name.startswith("ours"):
            bare, own = found["bare"], found["bare, own check"]
            line += f"{figure.rate / bare.rate:11.2f}{figure.p99 / bare.p99:7.1f}x"
            line += f"{figure.rate / own.rate:22.2f}{figure.p99 / own.p99:7.1f}x"
        print(line, flush=True)


def _hidden(port: int, calls: int, callers: int) -> Run:
    """Hidden callers are never joined to one another: each opens a case."""
    return send(port, [webhook("/carrier/voice") for _ in range(calls)], callers=callers)


def _numbered(port: int, database: Database, calls: int, callers: int) -> Run:
    """Callers with a number. Forgotten before they call again, they open a case each time."""
    with database.transaction() as session:
        session.execute(update(RepeatTag).where(RepeatTag.full.is_not(None)).values(full=None))
    return send(port, [webhook("/carrier/voice", From=number) for number in NUMBERS[:calls]], callers=callers)


if __name__ == "__main__":
    main()
