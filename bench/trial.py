"""One design, some deadlines, one carrier: what was handed over, when, and how often. Shared by the benchmarks."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from app.clock import WallClock
from app.db import Database, new_id
from app.notifications.models import Notification, Together
from bench import crowd, designs, engines
from bench.carrier import Carrier, company
from bench.servers import fresh_database, prepare

OURS: Final = "ours"
DATABASES: Final = ("sqlite", "postgresql")
A_START: Final = timedelta(seconds=12)
"""What a process is given to start before anything falls due."""

A_SLOW_START: Final = 60.0
"""Seconds after its deadlines in which a process that has handed over nothing is not yet thought to have lost them."""

now = WallClock().now
Runs = Callable[["Trial"], None]


@dataclass(frozen=True)
class Result:
    """For each deadline the moments at which it was handed over (seconds since 1970); and how many calls that took."""

    moments: Mapping[str, datetime]
    handed_over: Mapping[str, Sequence[float]]
    calls: int

    @property
    def never(self) -> int:
        return sum(page not in self.handed_over for page in self.moments)

    @property
    def twice(self) -> int:
        """How many were handed over more than once."""
        return sum(len(times) > 1 for times in self.handed_over.values())

    @property
    def lateness(self) -> list[float]:
        """Milliseconds from due to handed over, the shortest first."""
        return sorted(
            (min(times) - self.moments[page].timestamp()) * 1000
            for page, times in self.handed_over.items()
            if page in self.moments
        )

    @property
    def last(self) -> float:
        """Seconds from the first deadline to the last hand-over."""
        first = min(self.moments.values()).timestamp()
        return max((max(times) for times in self.handed_over.values()), default=first) - first


class Trial:
    """A database with deadlines for one design, and the carrier they are handed to."""

    def __init__(self, design: str, url: str, folder: Path, carrier: Carrier) -> None:
        self.design = design
        self.carrier = carrier
        self._url = url
        self._folder = folder
        self.moments: dict[str, datetime] = {}
        self.database = prepare(url, folder) if design == OURS else None

    def fill(self, count: int) -> None:
        """Deadlines that do not fall due while we look."""
        if self.database:
            crowd.fill(self.database, count, at=now())
            return
        far = now() + timedelta(days=1)
        designs.write(self.design, self._url, {new_id(): far + timedelta(seconds=n) for n in range(count)})

    def fall_due(self, moments: Sequence[datetime]) -> None:
        """Deadlines that do, every second of ours being the first page of its case."""
        if self.database:
            ids = crowd.fall_due(self.database, moments[::2], first_pages=True)
            ids += crowd.fall_due(self.database, moments[1::2])
            self.moments |= dict(zip(ids, [*moments[::2], *moments[1::2]], strict=True))
        else:
            mine = {new_id(): moment for moment in moments}
            designs.write(self.design, self._url, mine)
            self.moments |= mine

    def start(self) -> engines.Process:
        """A process of this design."""
        told = engines.environment(self._url, self._folder, self.carrier.url)
        if self.design == OURS:
            return engines.start("app.cli", "work", told=told, folder=self._folder)
        return engines.start("bench.designs", self.design, told=told, folder=self._folder)

    def wait_for_the_last(self, *, patience: float) -> None:
        """Until everything is handed over, or nothing more has been for so many seconds after the last deadline.

        For the first a process is given longer: on a busy machine it may still be starting.
        """
        since = max(now(), *self.moments.values())
        end, seen = since + timedelta(seconds=max(patience, A_SLOW_START)), 0
        while now() < end:
            time.sleep(0.5)
            count = self.carrier.count()
            if count and not seen:
                end = since + timedelta(seconds=patience)
            if count >= len(self.moments) and not self.result().never:  # some may have been handed over twice
                time.sleep(0.5)
                return
            if count != seen:
                end, seen = max(end, now() + timedelta(seconds=patience)), count

    def result(self) -> Result:
        """What the carrier saw, by deadline."""
        asked = self.carrier.asked()
        calls = sum(map(len, asked.values()))
        return Result(self.moments, self._by_case(asked) if self.database else asked, calls)

    def _by_case(self, asked: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
        """A text may be about several cases: it was handed over for each of them."""
        found: dict[str, list[float]] = {}
        if not self.database:
            return found
        with self.database.reading() as session:
            cases = dict(session.execute(select(Notification.id, Notification.case_id)).all())
            within = session.execute(select(Together.page_id, Together.within_id)).all()
        for page, moments in asked.items():
            found.setdefault(cases[page] or "", []).extend(moments)
        for page, lead in within:
            found.setdefault(cases[page] or "", []).extend(asked.get(lead, ()))
        return found


@contextmanager
def trial(design: str, kind: str, *, takes: float = 0.0) -> Iterator[Trial]:
    """A fresh database of a kind, and a carrier that takes so many seconds over a call. Commits are on the disk."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database(kind, Path(folder)) as url,
        company(takes=takes) as carrier,
    ):
        made = Trial(design, url, Path(folder), carrier)
        yield made
        if made.database:
            made.database.close()


def told_of(process: engines.Process) -> None:
    """End a process in peace."""
    process.terminate()
    process.wait(timeout=60)


def figures(lateness: Sequence[float]) -> str:
    """The middle, the 99th percentile and the worst of these milliseconds."""
    if not lateness:
        return f"{'-':>10}{'-':>10}{'-':>10}"
    p99 = lateness[min(len(lateness) - 1, int(len(lateness) * 0.99))]
    return f"{statistics.median(lateness):10.1f}{p99:10.1f}{lateness[-1]:10.1f}"


__all__ = ["A_START", "DATABASES", "OURS", "Database", "Result", "Trial", "figures", "now", "told_of", "trial"]
