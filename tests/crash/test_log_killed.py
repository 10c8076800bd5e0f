"""Two processes append to the log while one that sequences and signs it, or one of two, is killed again and again.

DYGNET_KILLS=500 makes it a long soak.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from app.audit import trees
from app.audit.export import export
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditUnsequenced
from app.audit.verify import verify
from app.clock import Clock, WallClock
from app.db import Database
from tests.crash.log_processes import KEY, ORIGIN, NewYears, append, sequence, started, turn_years

KILLS = int(os.environ.get("DYGNET_KILLS", "4"))
WRITERS = ("anna", "bo")
A_SLOW_MACHINE = 300
"""Seconds, in which anybody gets their turn."""


def order(db: Database) -> list[int]:
    """The entries in the order of their leaves."""
    with db.reading() as session:
        return list(session.scalars(select(AuditLeaf.entry_id).order_by(AuditLeaf.leaf_index)))


def waiting(db: Database) -> int:
    """How many entries have no leaf yet."""
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditUnsequenced)) or 0


@contextmanager
def appending(db: Database, clock: Clock | None = None) -> Iterator[str]:
    """While writers append; the database's URL. They come to a good end when the block does."""
    url = db.engine.url.render_as_string(hide_password=False)
    enough = multiprocessing.get_context("forkserver").Event()
    writers = [started(append, url, writer, enough, clock) for writer in WRITERS]
    try:
        while not waiting(db):
            time.sleep(0.02)
        yield url
    finally:
        enough.set()
        for writer in writers:
            writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * len(writers)


def kill_again_and_again(
    db: Database, url: str, deed: Callable[..., None], *arguments: object, at_once: int = 1
) -> list[list[int]]:
    """Have so many of them at work, and kill one after another, whichever it may be; what the order was each time."""
    seen, at_work = list[list[int]](), list[BaseProcess]()
    try:
        for _ in range(KILLS):
            while len(at_work) < at_once:
                at_work.append(begun(deed, url, *arguments))
            time.sleep(secrets.randbelow(100) / 1000)
            process = at_work.pop(secrets.randbelow(at_once))
            process.kill()
            process.join()
            seen.append(order(db))
    finally:
        for process in at_work:
            process.kill()
            process.join()
    return seen


def begun(deed: Callable[..., None], url: str, *arguments: object) -> BaseProcess:
    """One that has done its work once."""
    done_once = multiprocessing.get_context("forkserver").Event()
    process = started(deed, url, done_once, *arguments)
    over = time.monotonic() + A_SLOW_MACHINE
    while not done_once.wait(1):
        assert process.is_alive(), "it has fallen by itself"
        assert time.monotonic() < over
    return process


def test_no_entry_is_lost_doubled_or_moved_however_often_the_sequencer_is_killed(db: Database, tmp_path: Path):
    with appending(db) as url:
        seen = kill_again_and_again(db, url, sequence)
    key = Ed25519PrivateKey.from_private_bytes(KEY)
    made = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=WallClock().now(), by="operator")

    final = order(db)
    assert made.damage is None
    assert verify(made.folder, made.vkey).findings == []
    for before in seen:
        assert final[: len(before)] == before, "what once had a place keeps it"
    with db.reading() as session:
        everything = {entry.id: entry.body for entry in session.scalars(select(AuditEntry))}
        assert session.scalar(select(func.count()).select_from(AuditUnsequenced)) == 0
        signed = session.scalar(select(func.count()).select_from(AuditCheckpoint)) or 0
    assert sorted(final) == sorted(everything), "each entry has one leaf"
    assert signed > 1
    for_each = defaultdict(list)
    for entry_id in final:
        entry = json.loads(everything[entry_id])
        for_each[entry["actor"]].append(entry["facts"].get("number"))
    for writer in WRITERS:
        numbers = for_each[writer]
        assert numbers == sorted(set(numbers)), "in the order in which they were written"
        assert numbers
    print(f"{len(final)} entries, {KILLS} kills, {signed} checkpoints")


def test_however_often_one_who_keeps_the_log_is_killed_around_new_year_each_year_turns_once(
    db: Database, tmp_path: Path
):
    clock = NewYears(WallClock().now().timestamp())
    engines = 1 if db.is_sqlite else 2  # SQLite has one writer at a time, and lets no two of them be without a pause
    with appending(db, clock) as url:
        seen = kill_again_and_again(db, url, turn_years, clock, at_once=engines)
    key = Ed25519PrivateKey.from_private_bytes(KEY)
    made = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=clock.now(), by="operator")

    final = order(db)
    assert made.damage is None
    assert verify(made.folder, made.vkey).findings == []
    for before in seen:
        assert final[: len(before)] == before, "what once had a place keeps it"
    with db.reading() as session:
        everything = {entry.id: json.loads(entry.body) for entry in session.scalars(select(AuditEntry))}
        turned = len(trees.every(session)) - 1
    assert sorted(final) == sorted(everything), "each entry has one leaf"
    done = Counter(entry["action"] for entry in everything.values())
    assert (done["log.year_closed"], done["log.year_opened"]) == (turned, turned)
    for writer in WRITERS:
        mine = [everything[entry_id] for entry_id in final]
        numbers = [entry["facts"]["number"] for entry in mine if entry["actor"] == writer]
        assert numbers == sorted(set(numbers)), "in the order in which they were written"
    print(f"{len(final)} entries, {KILLS} kills, {turned} years turned, by {engines} at once")
