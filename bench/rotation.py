"""A new rota key for many cases: rows per second, whether memory stays flat, beside the primitives it needs.

    .venv/bin/python -m bench.rotation [--cases 5000]        the whole size: --cases 100000

SQLite with `synchronous=FULL` and a PostgreSQL that loses nothing either, each fresh. The primitives are one HPKE
decryption and one encryption for each case, by `cryptography` itself: samples of them are taken all along, so that a
machine which others use meanwhile is as slow for the one as for the other.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, insert

from app.cases.facts import Grant
from app.db import Database, new_id
from app.keys.rotation import Rotation
from app.vault.grants import grant, new_case_key
from app.vault.keyring import Keyring
from app.vault.rotation import BATCH
from app.vault.sealed import Sealed
from bench.sealing import BLOCK_OF_IT, INFO, SUITE, keys
from bench.servers import fresh_database

SAMPLE: Final = 25
"""Cases whose primitives are timed after each batch: a tenth of a batch."""

A_CHUNK: Final = 500
TOLD: Final = 10
"""Lines in the table."""

NOW: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)


def main() -> None:
    """Measure on both databases, one after the other."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=5000)
    asked.add_argument("--only", choices=("sqlite", "postgresql"), help="one database only")
    told = asked.parse_args()
    for name in ("sqlite", "postgresql"):
        if told.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
                _measure(name, url, Path(folder), told.cases)


def _measure(name: str, url: str, folder: Path, cases: int) -> None:
    db = Database(url)
    db.migrate()
    db.engine.dispose()
    _forget_references(db)
    Keyring.create(folder / "keys")
    fill(db, Keyring.load(folder / "keys"), cases)
    print(f"\n{name}, {cases:,} cases\n{'done':>9}{'/s':>7}{'ratio':>7}{'MB':>6}", flush=True)
    bare, resealed, spent = Primitives(), 0, 0.0
    steps = Rotation(db, folder / "keys", "rota", NOW, "bench").run()
    while True:
        began = time.perf_counter()
        step = next(steps, None)
        spent += time.perf_counter() - began
        if step is None:
            break
        bare.sample()
        if step.done > resealed and (step.done % (cases // TOLD or 1) < BATCH or step.done == step.of):
            resealed = step.done
            each = spent / resealed
            print(f"{resealed:9,}{1 / each:7.0f}{each / bare.each:7.2f}{megabytes():6.0f}", flush=True)
    insist(resealed == cases)
    print(f"{spent / cases * 1e6:.0f} µs each, of which the primitives are {bare.each * 1e6:.0f} µs")
    db.close()


class Primitives:
    """What one case costs at the least: a decryption and an encryption, the mean of all samples so far."""

    def __init__(self) -> None:
        self._private, self._public = keys()
        self._sealed = SUITE.encrypt(BLOCK_OF_IT, self._public, info=INFO)
        self._count, self._spent = 0, 0.0

    def sample(self) -> None:
        began = time.perf_counter()
        for _ in range(SAMPLE):
            SUITE.encrypt(SUITE.decrypt(self._sealed, self._private, info=INFO), self._public, info=INFO)
        self._count, self._spent = self._count + SAMPLE, self._spent + time.perf_counter() - began

    @property
    def each(self) -> float:
        """Seconds."""
        return self._spent / self._count


def fill(db: Database, keyring: Keyring, cases: int) -> None:
    """Grants without their cases: what is rotated, and nothing else."""
    key, rota = new_case_key(), keyring.public("rota")
    for start in range(0, cases, A_CHUNK):
        ids = [new_id() for _ in range(min(A_CHUNK, cases - start))]
        rows = [{"case_id": each, "reader": rota.key_id, "box": Sealed(grant(key, rota, case=each))} for each in ids]
        with db.engine.connect() as connection:
            connection.execute(insert(Grant), rows)
            connection.commit()


def megabytes() -> float:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def insist(kept: bool) -> None:
    if not kept:
        raise SystemExit("not every case was sealed anew")


def _forget_references(db: Database) -> None:
    """The bench fills one table only: rows of it may stand alone here."""
    off = "PRAGMA foreign_keys=OFF" if db.is_sqlite else "SET session_replication_role = replica"

    def forget(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(off)
        cursor.close()
        connection.commit()

    event.listen(db.engine, "connect", forget)


if __name__ == "__main__":
    main()
