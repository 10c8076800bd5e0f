"""A long log's tiles, looked at ahead by several processes, so that what is usual is known before its turn comes.

Each process takes a run of tiles and reads them as the one that reports would. What it found nothing amiss with, it
hands over: the leaf hashes, what the readers are told, and from where to where the rows lie in each view. Where
anything is amiss, or a run's first rows cannot be found, it hands over nothing, and the one that reports looks for
itself. So there is one way only in which anything is found wrong, and one place where it is said.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import cache
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from app.audit.verifier.bundles import Bundle, Known, Lines
from app.audit.verifier.history import compare_entries, root_of
from app.audit.verifier.report import Report
from app.audit.verifier.tiles import WIDTH, read_entries, read_tile
from app.audit.verifier.views import all_views

RUN = 64
"""Tiles that a process takes at a time."""

FEWEST = 4 * RUN
"""Tiles below which starting processes costs more than it saves."""

MOST_PROCESSES = 8
"""More would wait for the one that puts everything together."""

FREED = 8 * 2**20
"""Bytes, and more than a bundle of entries takes with its rows."""


class Usual(NamedTuple):
    """A whole tile with which nothing is amiss."""

    hashes: bytes
    root: bytes
    bundle: Bundle
    begin: list[int | None]
    end: list[int | None]
    """Where the rows of its leaves begin and end in each view, in bytes. Where they begin was searched for: it is held
    against where the rows before them ended."""


def looked_at_ahead(folder: Path, size: int) -> Generator[Usual | None]:
    """Every tile of a tree of so many leaves, in order; None for those that are yet to be looked at."""
    whole, processes = size // WIDTH, min(processors(), MOST_PROCESSES)
    if whole >= FEWEST and processes > 1:
        runs = [(first, min(first + RUN, whole)) for first in range(0, whole, RUN)]
        try:
            with pool_of(processes) as pool:
                yield from _in_order(pool, folder, runs, processes + 1)
        except (OSError, RuntimeError, AssertionError):
            pass  # no processes to be had here, or one was ended: what is left is looked at without them
    while True:
        yield None


def processors() -> int:
    """Those that this process may use, where the system tells; all that there are, where it does not."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pool_of(processes: int) -> Executor:
    return ProcessPoolExecutor(processes, mp_context=_context(), initializer=_begin)


def _begin() -> None:
    """Whoever works for a process that was killed would wait for ever for what to do next. Nothing that is made here
    refers to itself: nobody needs to look for such things."""
    gc.disable()
    keep_what_is_freed()
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_wait_for_the_end_of, args=[parent], daemon=True).start()


def _wait_for_the_end_of(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _context() -> BaseContext:
    """A fork costs nothing where nobody else is about; elsewhere each process begins anew."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if alone else "spawn")


def _in_order(pool: Executor, folder: Path, runs: list[tuple[int, int]], ahead: int) -> Iterator[Usual | None]:
    """Never more than a few runs are waiting: what is held does not grow with the log."""
    waiting: deque[Future[list[Usual | None]]] = deque()
    for run in runs:
        waiting.append(pool.submit(look_at_run, folder, *run))
        if len(waiting) > ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def keep_what_is_freed() -> None:
    """Once so much was taken and freed, glibc no longer gives every few hundred kilobytes back, to ask for them anew
    with the next bundle; elsewhere it does nothing."""
    bytearray(FREED)


@cache
def known_here() -> Known:
    """What is known in this process, from one run to the next."""
    return Known()


def look_at_run(folder: Path, first: int, end: int) -> list[Usual | None]:
    """The tiles from `first` to the one before `end`, up to the first with which anything is amiss."""
    report, known, found = Report(), known_here(), list[Usual | None]()
    views = all_views(folder, report)
    if all(view.go_to(first * WIDTH) for view in views):
        for number in range(first, end):
            began = [view.at for view in views]
            entries = read_entries(folder, number, WIDTH, report)
            tile = read_tile(folder, 0, number, WIDTH, report)
            hashes = compare_entries(number * WIDTH, entries, tile, WIDTH, report)
            lines = Lines(number * WIDTH, entries, hashes, known)
            bundle = lines.bundle(report)
            for view in views:
                view.compare(lines)
            ended = [view.at for view in views]
            if not report.ok or None in ended:
                break
            found.append(Usual(tile, root_of(hashes), bundle, began, ended))
    for view in views:
        view.close()
    return found + [None] * (end - first - len(found))
