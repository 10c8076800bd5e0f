"""How long the mailbox takes to answer: receipts that fit nothing, for whatever reason, and receipts that fit.

A real server on loopback, posted to by one visitor after another, the kinds interleaved in a new order each time. Of
two kinds that must not be told apart the samples are compared by Kolmogorov and Smirnov's distance and by shuffling
them together (is the difference of the medians more than chance makes of it?). A small p: they can be told apart.

`--samples 60` takes two minutes; every sample is a receipt of its own, since at one place only ten tries are free.
"""

from __future__ import annotations

import argparse
import bisect
import itertools
import math
import random  # noqa: TID251 - nothing here is a secret
import statistics
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from app import rows
from app.cases.mailboxes import HANDED_LASTS, HandedReceipt
from app.cases.models import Case
from app.clock import WallClock
from app.db import Database
from app.intake import mailbox_inside
from app.intake.approach import Approach
from app.intake.public import create_public
from app.intake.reception import Desk, receive, way_back
from app.staff.models import Person
from app.vault.receipts import Receipt, locator, made_ready, new_receipt
from bench.servers import fresh_database
from tests import desk as office
from tests.serving import served

SHUFFLES: Final = 2000
TOLD_APART: Final = 0.01
PAIRS: Final = (
    ("never was", "wrong"),
    ("never was", "expired"),
    ("wrong", "expired"),
    ("own", "under duress"),
    ("never was", "own"),
)
"""The last pair is told apart by what the page says; it is here to see that time says no more."""

clock = WallClock()


def main() -> None:
    """Measure on both databases, and print what can be told apart."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--samples", type=int, default=60, help="of each kind")
    asked.add_argument("--only", choices=("sqlite", "postgresql"), help="one database only")
    told = asked.parse_args()
    for name in ("sqlite", "postgresql"):
        if told.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
                _measure(name, Database(url), Path(folder), samples=told.samples)


def _measure(name: str, db: Database, folder: Path, *, samples: int) -> None:
    db.migrate()
    keyring = office.employ(db, folder)
    desk = Desk(rota=keyring.public("rota"), index_key=bytes(range(32)))
    kinds = _receipts(db, desk, samples=samples)
    face = create_public(db, clock, desk, public_url="http://127.0.0.1", line_number="+46846500400")
    with served(face) as origin:
        times = _interleaved(origin, kinds)
    print(f"\n{name}: {samples} of each kind, milliseconds")
    for kind, taken in times.items():
        low, middle, high = (statistics.quantiles(taken, n=20)[part] for part in (0, 9, 18))
        print(f"  {kind:13} 5 % {low:6.1f}   median {middle:6.1f}   95 % {high:6.1f}")
    for one, other in PAIRS:
        distance, p_distance, p_median = _compared(times[one], times[other])
        verdict = "TOLD APART" if min(p_distance, p_median) < TOLD_APART / len(PAIRS) else "not told apart"
        print(f"  {one} / {other}: distance {distance:.3f}, p {p_distance:.2f} and {p_median:.2f}: {verdict}")


def _receipts(db: Database, desk: Desk, *, samples: int) -> Mapping[str, Sequence[Receipt]]:
    """So many of each kind, none of which was used before."""
    own = [_a_mailbox(db, desk) for _ in range(samples)]
    taken = {locator(desk.index_key, receipt) for receipt in own}
    wrong = (receipt for receipt in _drawn() if locator(desk.index_key, receipt) in taken)
    return {
        "never was": list(
            itertools.islice((one for one in _drawn() if locator(desk.index_key, one) not in taken), samples)
        ),
        "wrong": list(itertools.islice(wrong, samples)),
        "expired": [_an_expired_one(db, desk) for _ in range(samples)],
        "own": own,
        "under duress": [_one_for_duress(db, desk, receipt) for receipt in own],
    }


def _drawn() -> Iterator[Receipt]:
    while True:
        yield new_receipt()


def _a_mailbox(db: Database, desk: Desk) -> Receipt:
    receipt = new_receipt()
    approach = Approach("form", receipt.digits[::-1], "en", message="hej", way_back=way_back(desk, receipt))
    with db.transaction() as session:
        receive(session, desk, approach, at=clock.now() - timedelta(hours=20))
    return receipt


def _an_expired_one(db: Database, desk: Desk) -> Receipt:
    _a_mailbox(db, desk)
    receipt = new_receipt()
    back = made_ready(desk.index_key, receipt)
    with db.transaction() as session:
        case = session.scalars(select(Case.id).order_by(Case.opened_at.desc())).first()
        person = session.scalars(select(Person.id)).first()
        door = {"locator": back.locator, "verifier": back.verifier, "salt": back.salt}
        long_ago = clock.now() - HANDED_LASTS - timedelta(days=1)
        rows.write_unseen(session, HandedReceipt, case_id=case, **door, made_at=long_ago, by_id=person)
    return receipt


def _one_for_duress(db: Database, desk: Desk, receipt: Receipt) -> Receipt:
    found = mailbox_inside.find(db, desk, receipt, at=clock.now())
    spare = mailbox_inside.confirm(db, desk, found, for_duress=True, at=clock.now())
    if spare is None:
        raise RuntimeError("the mailbox does not open")
    return spare


def _interleaved(origin: str, kinds: Mapping[str, Sequence[Receipt]]) -> Mapping[str, list[float]]:
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for receipt in kinds["own"][:3]:
        _knock(origin, receipt)
    for turn in zip(*kinds.values(), strict=True):
        for kind, receipt in random.sample(list(zip(kinds, turn, strict=True)), len(kinds)):
            times[kind].append(_knock(origin, receipt))
    return times


def _knock(origin: str, receipt: Receipt) -> float:
    body = urllib.parse.urlencode({"receipt": receipt.digits}).encode()
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(f"{origin}/en/mailbox", body) as answer:
            answer.read()
    except urllib.error.HTTPError as miss:
        miss.read()
    return (time.perf_counter() - began) * 1000


def _compared(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Kolmogorov and Smirnov's distance and its p, and the p of the difference of the medians, by shuffling."""
    distance = _distance(sorted(one), sorted(other))
    seen = abs(statistics.median(one) - statistics.median(other))
    together, size = [*one, *other], len(one)
    further = 0
    for _ in range(SHUFFLES):
        random.shuffle(together)
        further += abs(statistics.median(together[:size]) - statistics.median(together[size:])) >= seen
    return distance, _p_of(distance, len(one), len(other)), (further + 1) / (SHUFFLES + 1)


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return max(
        abs(bisect.bisect_right(one, at) / len(one) - bisect.bisect_right(other, at) / len(other))
        for at in (*one, *other)
    )


def _p_of(distance: float, one: int, other: int) -> float:
    """The chance of such a distance or a larger one between two samples of the same (Kolmogorov's series)."""
    size = math.sqrt(one * other / (one + other))
    scaled = (size + 0.12 + 0.11 / size) * distance
    series = sum((-1) ** (term - 1) * math.exp(-2 * (term * scaled) ** 2) for term in range(1, 101))
    return min(1.0, max(0.0, 2 * series)) if scaled > 0.2 else 1.0


if __name__ == "__main__":
    main()
