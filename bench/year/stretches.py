"""A year in stretches of time, each lived in a process of its own: whoever has several processors waits less.

Each stretch is a house of its own, with its own callers: what is open when one ends is not there when the next begins.
A year in one stretch is the year itself.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from sqlalchemy import event

from app.db import Database
from bench.year.house import House
from bench.year.life import Life
from bench.year.play import play
from bench.year.tally import Tally, tally_of
from bench.year.watcher import Broken
from tests import postgres

TELLS_EVERY: Final = 5.0
"""Real seconds between two words of how far a stretch is."""

_LOOKS_EVERY: Final = 1.0
_CLEARS_UP_WITHIN: Final = 30.0


@dataclass(frozen=True)
class Stretch:
    """So many approaches of strangers in so many days. `nth` of the year's `of`."""

    seed: int
    cases: int
    start: datetime
    days: int
    database: str = "sqlite"
    folder: str | None = None
    nth: int = 0
    of: int = 1

    def cut(self, into: int) -> list[Stretch]:
        """As many that follow one another, as equally long as whole days allow."""
        into = min(into, self.days)
        starts = [self.days * nth // into for nth in range(into + 1)]
        came = [self.cases * day // self.days for day in starts]
        return [
            replace(
                self,
                cases=came[nth + 1] - came[nth],
                start=self.start + timedelta(days=starts[nth]),
                days=starts[nth + 1] - starts[nth],
                folder=f"{self.folder}/{nth + 1}" if self.folder else None,
                nth=nth,
                of=into,
            )
            for nth in range(into)
        ]


@dataclass(frozen=True)
class Progress:
    """How far a stretch is: the share of its days, and how many have come."""

    nth: int
    share: float
    came: int


Tell = Callable[[Progress], None]


class Living(Protocol):
    """How a stretch is lived: `live`, but for those who test what is around it."""

    def __call__(self, stretch: Stretch, tell: Tell) -> Tally: ...


class Mailbox(Protocol):
    """Where processes leave word."""

    def put(self, said: Any, /) -> None: ...


def live(stretch: Stretch, tell: Tell) -> Tally:
    """Live a stretch in this process. `Broken` when a promise is."""
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.set_threshold(50_000)
    with _a_database(stretch.database, stretch.folder) as (database, folder):
        part = f"{stretch.nth + 1} of {stretch.of}" if stretch.of > 1 else ""
        house = House(database, folder)
        life = Life(house, seed=stretch.seed, part=part, cases=stretch.cases, start=stretch.start, days=stretch.days)
        play(life, tell=_now_and_then(stretch, tell))
        return tally_of(life)


def live_at_once(stretches: Sequence[Stretch], tell: Tell, *, living: Living = live) -> list[Tally]:
    """Live all of them, each in a process of its own. `Broken` as soon as one is; the others end then."""
    processes = multiprocessing.get_context("spawn")
    said: Any = processes.Queue()
    running = [processes.Process(target=_live_and_say, args=(living, each, said), daemon=True) for each in stretches]
    for process in running:
        process.start()
    try:
        return _heard(said, running, tell)
    finally:
        for process in running:
            _end(process)


def _end(process: BaseProcess) -> None:
    """An exit that falls into a collection of garbage is not heard: it is said again."""
    while process.is_alive():
        process.terminate()
        process.join(_CLEARS_UP_WITHIN)


def _live_and_say(living: Living, stretch: Stretch, said: Mailbox) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and take down what was set up: a server, a folder
    try:
        said.put((stretch.nth, living(stretch, said.put)))
    except Broken as problem:
        said.put(problem)


def _heard(said: SimpleQueue[Any], running: Sequence[BaseProcess], tell: Tell) -> list[Tally]:
    tallies: dict[int, Tally] = {}
    while len(tallies) < len(running):
        gone = [process for nth, process in enumerate(running) if nth not in tallies and process.exitcode is not None]
        try:
            word = said.get(timeout=_LOOKS_EVERY)
        except Empty:
            if gone:  # and what they said last has been heard
                raise RuntimeError(f"a stretch ended with status {gone[0].exitcode}") from None
            continue
        if isinstance(word, Broken):
            raise word
        if isinstance(word, Progress):
            tell(word)
        else:
            tallies[word[0]] = word[1]
    return [tallies[nth] for nth in sorted(tallies)]


def _now_and_then(stretch: Stretch, tell: Tell) -> Callable[[Life, datetime], None]:
    last = time.monotonic()
    lasts = timedelta(days=stretch.days)

    def told(life: Life, now: datetime) -> None:
        nonlocal last
        if time.monotonic() - last > TELLS_EVERY:
            last = time.monotonic()
            tell(Progress(stretch.nth, min(1.0, (now - stretch.start) / lasts), life.callers.came.total()))

    return told


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
