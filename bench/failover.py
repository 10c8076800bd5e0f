"""Two PostgreSQL servers, doors and two engines as commands, a load of calls, texts and forms: the primary is killed
with `kill -9` and the standby takes over. What was lost, and for how long there was no service.

The standby is told to take over `--after` seconds later, as a tool that watches the two would: that part of the time
without service belongs to the tool, the rest is ours. Commits are on the disk of both before they are answered.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.crash.failover import Outcome, fail_over, running
from tests.hotline import Switchboard

HEAD = ("promised", "found", "lost", "twice", "without", "ours", "steps", "again", "gap", "pages", "again", "never")


def main() -> None:
    """So many failovers, each with servers of its own, a line for each."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--times", type=int, default=3, help="how many failovers")
    asked.add_argument("--after", type=float, default=1.0, help="seconds until the standby is told to take over")
    asked.add_argument("--before", type=float, default=5.0, help="seconds of load before the primary dies")
    told = asked.parse_args()
    print("promised, found, lost, twice: approaches; without, ours, gap (between two steps): seconds; never: not paged")
    print("".join(f"{word:>10}" for word in HEAD))
    with Switchboard().open() as switchboard:
        for _ in range(told.times):
            with tempfile.TemporaryDirectory() as folder, running(Path(folder), switchboard, durable=True) as line:
                outcome = fail_over(line, before=told.before, promoted_after=told.after)
            print(_row(outcome), flush=True)


def _row(seen: Outcome) -> str:
    found = seen.accepted - len(seen.lost)
    counts = (seen.accepted, found, len(seen.lost), len(seen.twice))
    times = f"{seen.without_service:10.2f}{seen.after_promotion:10.2f}"
    steps = f"{seen.steps:10}{seen.steps_twice:10}{seen.without_steps:10.2f}"
    pages = f"{seen.pages:10}{seen.pages_again:10}{seen.pages_never:10}"
    return "".join(f"{count:10}" for count in counts) + times + steps + pages


if __name__ == "__main__":
    main()
