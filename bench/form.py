"""From a sent form to its receipt, durable and sealed, beside the same form reduced to one unsealed insert.

Six kinds in one run, by turns. The *same form* is the product's own, read, checked and answered with the same page,
that keeps what it is given in one unsealed row: `reduced` with a receipt, whose Argon2id is slow on purpose so that
nobody can try receipts out, `reduced, plain` without. `ours` and `ours, plain` are the product with and without. Below
both lies the least that any form can do: `bare` reads six fields, inserts a row and answers with a line; `bare,
receipt` makes a receipt too. Each of ours is compared with each that gives a receipt as it does. `--forms 100000` then
sends so many to the product alone and prints what its process has in memory on the way; with `--light` without
receipts, in a sixth of the time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from app.clock import WallClock
from app.intake import drawn
from app.vault.keyring import Keyring
from bench.load import Run, Webhook, median, send
from bench.servers import OURS, fresh_database, prepare, serving

TABLE: Final = "CREATE TABLE bare_forms (mark VARCHAR(32) PRIMARY KEY, verifier TEXT, number TEXT, message TEXT)"
BARE: Final = ("bench.bare_form:app",)
REDUCED: Final = ("--factory", "bench.reduced_form:doors")
PATHS: Final = {"reduced": "reduced", "reduced, plain": "reduced-plain", "ours, plain": "plain"}
LIKE: Final = {"ours": ("reduced", "bare, receipt", "bare"), "ours, plain": ("reduced, plain", "bare")}
"""What is compared with what."""

A_REST: Final = 1.5
"""Real seconds before each run, for everybody alike: our process makes keys ahead when nobody writes."""

A_CHUNK: Final = 1000
MESSAGE: Final = "Jag orkar inte längre, och jag vet inte vem jag kan prata med. " * 5

Forms = Callable[[int], Sequence[Webhook]]


def main() -> None:
    """Measure on SQLite and on PostgreSQL; then the memory, where asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sent", type=int, default=160, help="forms in each run")
    asked.add_argument("--runs", type=int, default=5, help="runs, of which the median counts")
    asked.add_argument("--forms", type=int, default=0, help="then so many to the product alone, watching its memory")
    asked.add_argument("--light", action="store_true", help="those without a receipt")
    asked.add_argument("--only", choices=("sqlite", "postgresql"), help="one database only")
    told = asked.parse_args()
    for name in ("sqlite", "postgresql"):
        if told.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
                _measure(name, url, Path(folder), sent=told.sent, runs=told.runs)
                if told.forms:
                    _watch_memory(url, Path(folder), told.forms, light=told.light)


def _measure(name: str, url: str, folder: Path, *, sent: int, runs: int) -> None:
    database = prepare(url, folder)
    with database.transaction() as session:
        session.connection().exec_driver_sql(TABLE)
    database.close()
    forms = _forms_for(folder)
    with ExitStack() as stack:
        ports = {
            "bare": stack.enter_context(serving(url, folder, BARE)),
            "bare, receipt": stack.enter_context(serving(url, folder, BARE, BARE_RECEIPT="yes")),
            "ours": stack.enter_context(serving(url, folder, OURS, SURFACES="public")),
        }
        reduced = stack.enter_context(serving(url, folder, REDUCED, SURFACES="public"))
        kinds = {kind: partial(_send, port, forms("/sv/contact")) for kind, port in ports.items()}
        kinds |= {kind: partial(_send, reduced, forms(f"/sv/contact/{path}")) for kind, path in PATHS.items()}
        print(f"\n{name}\n{'callers':>8}  {'':16}{'/s':>7}{'p99 ms':>9}   of its like")
        for callers in (1, 8):
            _compare(kinds, callers, sent, runs)


def _compare(kinds: dict[str, Callable[[int, int], Run]], callers: int, sent: int, runs: int) -> None:
    found: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for kind in kinds.values():
        kind(20, callers)
    for _ in range(runs):
        for name, kind in kinds.items():
            time.sleep(A_REST)
            found[name].append(kind(sent, callers))
    figures = {name: median(each) for name, each in found.items()}
    for name, figure in figures.items():
        line = f"{callers:8}  {name:16}{figure.rate:7.0f}{figure.p99:9.1f}"
        for other in LIKE.get(name, ()):
            beside = figures[other]
            line += f"   {figure.rate / beside.rate:.2f} of “{other}”, p99 {figure.p99 / beside.p99:.1f}x"
        print(line, flush=True)


def _watch_memory(url: str, folder: Path, forms: int, *, light: bool) -> None:
    made, before = _forms_for(folder)("/sv/contact/plain" if light else "/sv/contact"), _children()
    with serving(url, folder, REDUCED if light else OURS, SURFACES="public") as port:
        (process,) = _children() - before
        began, first = time.monotonic(), 0.0
        print(f"{'forms':>10}{'MB':>8}{'/s':>7}", flush=True)
        for start in range(0, forms, A_CHUNK):
            count = min(A_CHUNK, forms - start)
            send(port, made(count), callers=8)
            memory, sent = _resident(process), start + count
            first = first or memory
            print(f"{sent:>10,}{memory:8.0f}{sent / (time.monotonic() - began):7.0f}", flush=True)
        print(f"{memory - first:+.0f} MB from the first {min(A_CHUNK, forms):,} forms to the last")


def _forms_for(folder: Path) -> Callable[[str], Forms]:
    """Forms as a person sends them: drawn a minute ago, with a number and some words."""
    key, clock = Keyring.load(folder / "keys", private=("index",)).index_key, WallClock()

    def form(path: str) -> Webhook:
        nonce = drawn.mark(key, at=clock.now() - 20 * drawn.READS_FOR)
        answers = {"nonce": nonce, "contact": "call", "number": "+46701740605", "hours": "any", "message": MESSAGE}
        return Webhook(path, urlencode(answers), {"Content-Type": "application/x-www-form-urlencoded"})

    return lambda path: lambda count: [form(path) for _ in range(count)]


def _send(port: int, forms: Forms, count: int, callers: int) -> Run:
    return send(port, forms(count), callers=callers)


def _children() -> set[int]:
    me = os.getpid()
    return {int(child) for child in Path(f"/proc/{me}/task/{me}/children").read_text("ascii").split()}


def _resident(process: int) -> float:
    """What a process has in memory now, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


if __name__ == "__main__":
    main()
