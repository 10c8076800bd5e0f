"""The log: what an entry costs in its transaction, and what a long log costs to export and to check.

    .venv/bin/python -m bench.log [--entries 1000000] [--deeds 400] [--database postgresql]

Two parts. *Appending*: a text message received, as the carrier's door does it, with its entries and without them (the
function that writes an entry does nothing), turn about, in the same run. *Growing*: a log of so many entries, and of
ten and a hundred times fewer; for each the processor's seconds to give the last thousand their leaves and to sign, to
export, to verify with everything (each tile and leaf, three views, dates, the promise), the tree alone, with every
entry read and with the promise worked out, beside the bare SHA-256 of the same leaves, beside their tree hashed bare
(which is what any verifier has to do at least), and beside the parsing of their JSON; and the memory that exporting and
verifying took at most. A long log is verified by several processes: their seconds are counted as well, and wall seconds
stand beside.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from app.audit import log, sequencer
from app.audit.export import export
from app.audit.models import AuditEntry, AuditUnsequenced
from app.audit.verifier import verification
from app.audit.verifier.bundles import Bundle, Known, Lines
from app.audit.verifier.history import Tree, compare_entries
from app.audit.verifier.promise import Promise
from app.audit.verifier.report import Report
from app.audit.verifier.tiles import WIDTH, read_entries, read_tile
from app.db import Database
from bench.servers import fresh_database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "dygnet.example.org/bench"
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
DEEDS_OF_A_CASE = ("approach.told", "page.queued", "page.accepted", "page.delivered", "case.read", "case.revealed")


def said(what: str) -> None:
    print(what, flush=True)


def bodies(start: int, count: int) -> Iterator[dict[str, Any]]:
    """Entries as a line in use writes them: a case of twenty, opened, stepped, contacted."""
    for number in range(start, start + count):
        case, place = divmod(number, 20)
        at = BEGAN + timedelta(seconds=number)
        about = hashlib.sha256(str(case).encode()).hexdigest()[:32]
        entry = {"v": 2, "at": log.rfc3339(at), "actor": "engine", "role": "engine", "object": about, "purpose": ""}
        entry |= {"result": "done", "build": log.BUILD, "programme": 0} | _deed(place, at)
        yield {"at": at, "body": rfc8785.dumps(entry)}


def _deed(place: int, at: datetime) -> dict[str, Any]:
    if place == 0:
        return {"action": "case.opened", "facts": {"due_at": (at + timedelta(hours=24)).isoformat()}}
    if place == 1:
        facts = {"step": "untaken.0.0", "due_at": at.isoformat(), "missed": 0, "pages": 1}
        return {"action": "step.taken", "facts": facts}
    if place == 19:
        return {"action": "contact.first", "facts": {"channel": "call", "in_time": True}}
    return {"action": DEEDS_OF_A_CASE[place % len(DEEDS_OF_A_CASE)], "facts": {"channel": "sms", "n": place}}


@contextmanager
def timed(what: str, seconds: dict[str, tuple[float, float]]) -> Iterator[None]:
    """Of the processor, with all processes that were started and ended meanwhile: a machine that is busy with something
    else does not make the ratios of two moments differ. And of the clock on the wall."""
    began, began_at = _of_the_processor(), time.perf_counter()
    yield
    seconds[what] = _of_the_processor() - began, time.perf_counter() - began_at


def _of_the_processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def grown(url: str, entries: int) -> None:
    """A log of so many entries, all sequenced and signed. In a process of its own: what growing took at most is not
    then mistaken for what exporting and verifying take."""
    db = Database(url)
    db.migrate()
    for start in range(0, entries, 10_000):
        count = min(10_000, entries - start)
        with db.transaction() as session:
            session.execute(insert(AuditEntry), list(bodies(start, count)))
            session.execute(insert(AuditUnsequenced), [{"entry_id": start + place + 1} for place in range(count)])
        with db.transaction() as session:
            while sequencer.sequence(session, at=BEGAN, limit=10_000) == 10_000:
                pass
            sequencer.checkpoint(session, KEY, at=BEGAN, origin=ORIGIN)
        if start % 100_000 == 0:
            said(f"  … {start + count} of {entries} entries written")
    db.close()


def measured(url: str, folder: Path, send: Any) -> None:
    """In a process of its own, so that its memory is its own."""
    seconds: dict[str, tuple[float, float]] = {}
    db = Database(url)
    with db.transaction() as session:
        for number in range(1000):
            log.record(session, at=BEGAN, by="engine", action="case.read", number=number)
    with timed("1000 leaves and a signature", seconds):
        with db.transaction() as session:
            sequencer.sequence(session, at=BEGAN)
        with db.transaction() as session:
            sequencer.checkpoint(session, KEY, at=BEGAN, origin=ORIGIN)
    before = now_taken()
    with timed("export", seconds):
        made = export(db, folder / "log", key=KEY, origin=ORIGIN, at=BEGAN, by="operator")
    exporting, before = most_taken() - before, now_taken()
    with timed("verify everything", seconds):
        report = verification.verify(made.folder, verification.Brought([made.vkey]))
    verifying = most_taken() - before
    assert report.ok, report.findings[:3]
    with timed("verify the tree alone", seconds):
        tree_alone(made.folder, made.size)
    with timed("and every entry read", seconds):
        tree_alone(made.folder, made.size, partial(read, Known()))
    with timed("the same, and the promise", seconds):
        promise, known = Promise(Report()), Known()
        tree_alone(made.folder, made.size, lambda *tile: promise.compare(read(known, *tile)))
    leaves = list(every_leaf(made.folder, made.size))
    with timed("parsing the JSON of the leaves", seconds):
        for entry in leaves:
            json.loads(entry)
    with timed("bare SHA-256 of the leaves", seconds):
        for entry in leaves:
            hashlib.sha256(b"\x00" + entry).digest()
    with timed("their tree, bare (RFC 6962)", seconds):
        row = [hashlib.sha256(b"\x00" + entry).digest() for entry in leaves]
        while len(row) > 1:
            odd = row[len(row) & ~1 :]
            row = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)] + odd
    send.send((seconds, exporting, verifying))


def read(known: Known, start: int, entries: list[bytes], hashes: list[bytes], report: Report) -> Bundle:
    return Lines(start, entries, hashes, known).bundle(report)


Besides = Callable[[int, list[bytes], list[bytes], Report], object]


def tree_alone(folder: Path, size: int, besides: Besides | None = None) -> None:
    """Every leaf hashed and held against its tile, every tile against those below it, and the root."""
    report = Report()
    tree = Tree(folder, report)
    for number, width in tiles(size):
        entries = read_entries(folder, number, width, report)
        hashes = compare_entries(tree.size, entries, read_tile(folder, 0, number, width, report), width, report)
        if besides:
            besides(tree.size, entries, hashes, report)
        tree.add(hashes)
    tree.finish()
    assert report.ok


def every_leaf(folder: Path, size: int) -> Iterator[bytes]:
    for number, width in tiles(size):
        yield from read_entries(folder, number, width, Report())


def tiles(size: int) -> Iterator[tuple[int, int]]:
    for number in range(-(-size // WIDTH)):
        yield number, min(WIDTH, size - number * WIDTH)


def now_taken() -> float:
    """The memory that this process takes, in MB; from here on `most_taken` is counted anew.

    `getrusage` would not do: its peak is handed down from parent to child.
    """
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _of_status("VmRSS")


def most_taken() -> float:
    """The most that this process took since, in MB."""
    return _of_status("VmHWM")


def _of_status(name: str) -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def grow(entries: int, database: str) -> None:
    for count in sorted({max(1000, entries // 100), max(1000, entries // 10), entries}):
        with tempfile.TemporaryDirectory() as folder, fresh_database(database, Path(folder)) as url:
            spawn = get_context("spawn")
            growing = spawn.Process(target=grown, args=(url, count))
            growing.start()
            growing.join()
            here, there = spawn.Pipe()
            process = spawn.Process(target=measured, args=(url, Path(folder), there))
            process.start()
            there.close()
            try:
                seconds, exporting, verifying = here.recv()
            except EOFError:
                sys.exit("it did not come to an end: see above")
            process.join()
        said(f"{count} entries")
        bare, tree = seconds["bare SHA-256 of the leaves"][0], seconds["their tree, bare (RFC 6962)"][0]
        said(f"  {'':30} processor        wall    times the bare hashes, the bare tree")
        for what, (took, wall) in seconds.items():
            said(f"  {what:30} {took:8.2f} s  {wall:8.2f} s   {took / bare:6.1f}  {took / tree:6.1f}")
        said(f"  memory besides: exporting {exporting:.0f} MB, verifying {verifying:.0f} MB")


def append(deeds: int, database: str) -> None:
    """Texts received with the log and without it, turn about; the median of each, and how much slower the first is."""
    from bench.log_appending import Receiving  # noqa: PLC0415 - the doors are imported only where they are measured

    with tempfile.TemporaryDirectory() as folder, fresh_database(database, Path(folder)) as url:
        receiving = Receiving(Path(folder), url)
        took: dict[bool, list[float]] = {True: [], False: []}
        for number in range(deeds):
            for logged in (True, False) if number % 2 else (False, True):
                took[logged].append(receiving.one(logged=logged))
            if number % 100 == 99:
                said(f"  … {number + 1} of {deeds} pairs")
        with_log, without = (statistics.median(took[logged]) * 1e6 for logged in (True, False))
        said(f"a text received, with its entries   {with_log:8.0f} µs ({1e6 / with_log:.0f} a second)")
        said(f"the same without the log            {without:8.0f} µs")
        said(f"slower by                           {100 * (with_log / without - 1):8.1f} %")
        receiving.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=20_000, help="1000000 is the whole size")
    parser.add_argument("--deeds", type=int, default=400)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="a fresh one each time")
    chosen = parser.parse_args()
    append(chosen.deeds, chosen.database)
    grow(chosen.entries, chosen.database)


if __name__ == "__main__":
    main()
