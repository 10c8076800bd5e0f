"""Four situations in which deadlines get lost: a burst with a slow carrier, five seconds of downtime, `kill -9` in the
middle of a burst, two processes on one database. For each design: never handed over, and handed over more than once.

Every process that is killed is started again, as a supervisor would. The whole size: --due 1000.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bench import trial as t
from bench.designs import JOBS, LOOP, PATIENT

SLOW: Final = 0.1
"""Seconds the carrier takes over a call."""

A_CLAIM: Final = 60.0
"""Seconds after which a page that was being sent when its process died is sent again, by ours and by the loop."""


def main() -> None:
    """Every situation with every design, on both databases."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--due", type=int, default=200, help="how many fall due")
    asked.add_argument("--only", choices=t.DATABASES, help="one database only")
    asked.add_argument("--designs", default=f"{t.OURS},{JOBS},{PATIENT},{LOOP}", help="which, with commas")
    told = asked.parse_args()
    for kind in t.DATABASES:
        if told.only in (None, kind):
            print(f"\n{kind}\n{'situation':34}{'design':10}{'due':>7}{'never':>8}{'twice':>8}")
            for name, situation in SITUATIONS.items():
                for design in told.designs.split(","):
                    never, twice = lost(situation, design, kind, due=told.due)
                    print(f"{name:34}{design:10}{told.due:7}{never:8}{twice:8}", flush=True)


def lost(situation: Callable[[t.Trial], None], design: str, kind: str, *, due: int) -> tuple[int, int]:
    """How many of so many deadlines were never handed over, and how many more than once."""
    with t.trial(design, kind, takes=SLOW) as trial:
        trial.fall_due([t.now() + t.A_START] * due)
        situation(trial)
        result = trial.result()
        return result.never, result.twice


def a_burst(trial: t.Trial) -> None:
    """All at once, and every call takes its time."""
    process = trial.start()
    trial.wait_for_the_last(patience=15.0)
    t.told_of(process)


def five_seconds_down(trial: t.Trial) -> None:
    """Nobody is there when they fall due."""
    until = min(trial.moments.values()) + timedelta(seconds=5)
    time.sleep((until - t.now()).total_seconds())
    a_burst(trial)


def killed_in_the_burst(trial: t.Trial) -> None:
    """`kill -9` when a third is handed over; then another process."""
    process = trial.start()
    deadline = time.monotonic() + 60
    while trial.carrier.count() < len(trial.moments) / 12 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    process = trial.start()
    trial.wait_for_the_last(patience=A_CLAIM + 15)
    t.told_of(process)


def two_processes(trial: t.Trial) -> None:
    """A second process on the same database, from the start."""
    both = [trial.start(), trial.start()]
    trial.wait_for_the_last(patience=15.0)
    for process in both:
        t.told_of(process)


SITUATIONS: Final = {
    "a burst, and a slow carrier": a_burst,
    "five seconds of downtime": five_seconds_down,
    "kill -9 in the middle of a burst": killed_in_the_burst,
    "two processes on one database": two_processes,
}

if __name__ == "__main__":
    main()
