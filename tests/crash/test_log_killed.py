"""Two processes append to the log while the one that sequences and signs it is killed again and again.

DYGNET_KILLS=500 makes it a long soak.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from app.audit import trees
from app.audit.export import export
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditUnsequenced
from app.audit.verify import verify
from app.clock import WallClock
from app.db import Database
from tests.crash.log_processes import KEY, ORIGIN, NewYears, append, sequence, started, turn_years

KILLS = int(os.environ.get("DYGNET_KILLS", "4"))
WRITERS = ("anna", "bo")


def order(db: Database) -> list[int]:
    """The entries in the order of their leaves."""
    with db.reading() as session:
        return list(session.scalars(select(AuditLeaf.entry_id).order_by(AuditLeaf.leaf_index)))


def waiting(db: Database) -> int:
    """How many entries have no leaf yet."""
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditUnsequenced)) or 0


def kill_again_and_again(db: Database, url: str, deed: Callable[..., None], *arguments: object) -> list[list[int]]:
    """What the order was after each kill."""
    seen, context = [], multiprocessing.get_context("forkserver")
    for _ in range(KILLS):
        begun = context.Event()
        process = started(deed, url, begun, *arguments)
        assert begun.wait(60)
        time.sleep(secrets.randbelow(100) / 1000)
        process.kill()
        process.join()
        seen.append(order(db))
    return seen


def test_no_entry_is_lost_doubled_or_moved_however_often_the_sequencer_is_killed(db: Database, tmp_path: Path):
    url = db.engine.url.render_as_string(hide_password=False)
    enough = multiprocessing.get_context("forkserver").Event()
    writers = [started(append, url, writer, enough) for writer in WRITERS]
    while not waiting(db):
        time.sleep(0.02)
    seen = kill_again_and_again(db, url, sequence)
    enough.set()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
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


def test_killed_again_and_again_around_new_year_the_log_turns_each_year_once(db: Database, tmp_path: Path):
    url = db.engine.url.render_as_string(hide_password=False)
    enough = multiprocessing.get_context("forkserver").Event()
    clock = NewYears(WallClock().now().timestamp())
    writers = [started(append, url, writer, enough, clock) for writer in WRITERS]
    while not waiting(db):
        time.sleep(0.02)
    seen = kill_again_and_again(db, url, turn_years, clock)
    enough.set()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
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
    print(f"{len(final)} entries, {KILLS} kills, {turned} years turned")
