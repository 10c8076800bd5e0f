"""A year of the line under the test clock. Ends with status 1, and the story of the case, when a promise is broken."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from bench.year.report import report
from bench.year.stretches import Progress, Stretch, live, live_at_once
from bench.year.tally import together
from bench.year.watcher import Broken
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
    asked.add_argument(
        "--at-once",
        type=int,
        default=1,
        metavar="N",
        help="cut the year into N stretches, each lived in a process of its own: they share no open cases",
    )
    told = asked.parse_args()
    start = max(MONDAY, datetime.fromisoformat(told.start).replace(hour=8, tzinfo=UTC))
    year = Stretch(told.seed, told.cases, start, told.days, told.database, told.folder)
    stretches = year.cut(told.at_once)
    began = time.perf_counter()
    tell = _progress(began, len(stretches))
    try:
        tallies = live_at_once(stretches, tell) if len(stretches) > 1 else [live(year, tell)]
    except Broken as problem:
        print(f"seed {told.seed}: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    minutes = (time.perf_counter() - began) / 60
    print(
        f"seed {told.seed}, {told.days} days from {start:%F} on {told.database}, in {minutes:.1f} minutes, "
        f"{_busy() / 60:.1f} of the processor"
    )
    if len(stretches) > 1:
        starts = ", ".join(f"{each.start:%F}" for each in stretches)
        print(f"in {len(stretches)} stretches, each a house of its own that knows no open case of another: {starts}")
    print(report(together(tallies)))


def _busy() -> float:
    """Seconds of the processor, of this process and of those it started."""
    used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in used)


def _progress(began: float, stretches: int) -> Callable[[Progress], None]:
    """Says every quarter of a minute how far it all is, and how long it still takes if it goes on like this."""
    far: dict[int, Progress] = {}
    last = began

    def tell(progress: Progress) -> None:
        nonlocal last
        far[progress.nth] = progress
        share = sum(each.share for each in far.values()) / stretches
        if time.perf_counter() - last > 15 and share:
            last = time.perf_counter()
            left = (last - began) * (1 - share) / share
            came = sum(each.came for each in far.values())
            print(f"  {share:.0%}: {came:,} approaches, about {left / 60:.0f} minutes to go", flush=True)

    return tell


if __name__ == "__main__":
    main()
