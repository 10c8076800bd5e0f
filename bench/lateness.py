"""From due to handed over, with many cases open: our engine, one APScheduler job for each deadline, and a bare loop.

Deadlines fall due at random moments of the given time. `idle round` is what a round costs in which nothing is due.
The whole size: --cases 1000,100000,1000000 --due 1000 --over 60.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import time
from datetime import timedelta

from app.db import Database
from app.escalation import engine
from app.notifications import outbox
from bench import trial as t
from bench.designs import LOOP, PATIENT

HEAD = f"{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}{'never':>8}  idle ms"


def main() -> None:
    """Every design at every size, on both databases."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", default="1000,100000", help="open cases, several sizes with commas")
    asked.add_argument("--due", type=int, default=250, help="how many of them fall due")
    asked.add_argument("--over", type=float, default=15.0, help="in how many seconds")
    asked.add_argument("--only", choices=t.DATABASES, help="one database only")
    asked.add_argument("--designs", default=f"{t.OURS},{PATIENT},{LOOP}", help="which, with commas")
    told = asked.parse_args()
    for kind in t.DATABASES:
        if told.only in (None, kind):
            print(f"\n{kind}\n{'cases':>10}  {'design':10}{HEAD}")
            for size in map(int, told.cases.split(",")):
                for design in told.designs.split(","):
                    _measure(design, kind, size, due=told.due, over=told.over)


def _measure(design: str, kind: str, size: int, *, due: int, over: float) -> None:
    with t.trial(design, kind) as trial:
        trial.fill(size)
        idle = f"{_idle_round(trial.database):.2f}" if trial.database else ""
        start = t.now() + t.A_START
        chance = secrets.SystemRandom()
        trial.fall_due([start + timedelta(seconds=chance.uniform(0, over)) for _ in range(due)])
        process = trial.start()
        trial.wait_for_the_last(patience=15.0)
        t.told_of(process)
        result = trial.result()
        print(f"{size:10,}  {design:10}{t.figures(result.lateness)}{result.never:8}  {idle}", flush=True)


def _idle_round(database: Database, *, rounds: int = 300) -> float:
    """The middle of many rounds: look what is due, note the pulse, look what may be sent; in milliseconds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        engine.play(database, at=t.now())
        with database.transaction() as session:
            outbox.claim(session, at=t.now())
        with database.reading() as session:
            outbox.next_to_send(session)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
