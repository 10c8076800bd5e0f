"""A new rota key for many cases: rows per second, whether memory stays flat, beside the primitives it needs.

    .venv/bin/python -m bench.rotation [--cases 5000]        the whole size: --cases 100000

SQLite in a temporary folder, `synchronous=FULL`. The primitives are one HPKE decryption and one encryption for each
case, by `cryptography` itself, over a sample in the same run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, insert

from app.cases.facts import Grant
from app.db import Database, new_id
from app.keys.rotation import Rotation
from app.vault.grants import grant, new_case_key
from app.vault.keyring import Keyring
from app.vault.sealed import Sealed
from bench.sealing import BLOCK_OF_IT, INFO, SUITE, keys

SAMPLE = 500
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def primitives() -> float:
    """Seconds for one case: a decryption and an encryption."""
    private, public = keys()
    sealed = SUITE.encrypt(BLOCK_OF_IT, public, info=INFO)
    began = time.perf_counter()
    for _ in range(SAMPLE):
        SUITE.encrypt(SUITE.decrypt(sealed, private, info=INFO), public, info=INFO)
    return (time.perf_counter() - began) / SAMPLE


def fill(db: Database, keyring: Keyring, cases: int) -> None:
    """Grants without their cases: what is rotated, and nothing else."""
    key, rota = new_case_key(), keyring.public("rota")
    for start in range(0, cases, SAMPLE):
        ids = [new_id() for _ in range(min(SAMPLE, cases - start))]
        rows = [{"case_id": each, "reader": rota.key_id, "box": Sealed(grant(key, rota, case=each))} for each in ids]
        with db.engine.connect() as connection:
            connection.execute(insert(Grant), rows)
            connection.commit()


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    cases = parser.parse_args().cases
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        db = Database(f"sqlite:///{path}/bench.db")
        db.migrate()
        db.engine.dispose()
        _forget_references(db)
        Keyring.create(path / "keys")
        fill(db, Keyring.load(path / "keys"), cases)
        before, bare = megabytes(), primitives()
        began, halfway = time.perf_counter(), 0.0
        for step in Rotation(db, path / "keys", "rota", NOW, "bench").run():
            if not halfway and step.of and step.done * 2 >= step.of:
                halfway = megabytes()
        took = time.perf_counter() - began
        after = (bare + primitives()) / 2
    print(f"{cases} cases in {took:.1f} s: {cases / took:.0f} a second, {took / cases * 1e6:.0f} µs each")
    print(f"primitives {after * 1e6:.0f} µs each: ratio {took / cases / after:.2f}")
    print(f"memory: {before:.0f} MB before, {halfway:.0f} MB halfway, {megabytes():.0f} MB at the end")


def _forget_references(db: Database) -> None:
    """The bench fills one table only: rows of it may stand alone here."""
    event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys=OFF"))


if __name__ == "__main__":
    main()
