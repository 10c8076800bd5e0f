"""Whether a clock tells a case that one may not see from one that there is not, at every door of a case.

    .venv/bin/python -m bench.doors [--rounds 40] [--bare] [--url postgresql+psycopg://…]

A handler knocks at each door of a case in the console: with a colleague's case, with one they are excluded from, with a
reference that is nobody's, and with another such, by which it is seen what the machine's own noise does. The kinds
follow one another in every round, in an order that changes. For each door: the medians in milliseconds, and which kinds
a rank test (Mann and Whitney's, two-sided) tells from `nobody's` once it has been allowed for that so many are made;
then all doors together, by the sign of each pair of knocks.
`--bare`: without the beat that refusals wait for.
"""

from __future__ import annotations

import argparse
import http.client
import math
import random  # noqa: TID251 - the order of knocks, the same in each run
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select
from starlette.types import ASGIApp

from app.cases.models import Case
from app.clock import WallClock
from app.console.console import create_console
from app.db import Database
from app.main import from_environment
from app.staff import sessions
from app.staff.directory import everyone
from app.staff.roles import Role
from app.vault.keyring import Keyring
from bench import crowd
from bench.servers import OURS, PUBLIC_URL, prepare, serving

CASE: Final = "/console/cases/{reference}"
KINDS: Final = ("colleague's", "excluded", "another nobody's")
WITHOUT_THE_BEAT: Final = ("--factory", "bench.doors:without_the_beat")
NOBODYS: Final = "nobody's"
CERTAIN: Final = 0.01
"""How likely it may be that the whole table names a door by chance."""

now = WallClock().now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--url", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.url or f"sqlite:///{folder}/bench.db"
        database = prepare(url, Path(folder))
        cases, cookie = furnish(database)
        doors = list(doors_of_a_case(database, Path(folder)))
        how = WITHOUT_THE_BEAT if chosen.bare else OURS
        with serving(url, Path(folder), how, SURFACES="console", SECOND_FACTOR="offered") as port:
            took = knock(Visitor(port, cookie), doors, cases, rounds=chosen.rounds)
    report(took)


def without_the_beat() -> ASGIApp:
    """The web process as it would be if refusals did not wait."""
    return from_environment().app


def furnish(database: Database) -> tuple[Mapping[str, str], str]:
    """A reference of each kind, and the cookie of the handler who knocks."""
    crowd.fill(database, 30, at=now())
    with database.transaction() as session:
        visitor, colleague = [person for person in everyone(session) if list(person.roles) == [Role.HANDLER]][:2]
        theirs, shut = session.scalars(select(Case).order_by(Case.due_at).limit(2))
        theirs.take(by=colleague, at=now(), via="console")
        shut.exclude(visitor, by=visitor.alias, at=now())
        references = dict(zip(KINDS, (theirs.reference, shut.reference, "ZZZY"), strict=True))
        return references | {NOBODYS: "ZZZZ"}, sessions.begin(session, visitor, at=now())


def doors_of_a_case(database: Database, folder: Path) -> Iterator[tuple[str, str]]:
    """Method and path of every door with a case in its address."""
    face: FastAPI = create_console(
        database, WallClock(), Keyring.load(folder / "keys", private=("rota", "duty", "index")), public_url=PUBLIC_URL
    )
    for context in iter_route_contexts(face.router.routes):
        if (context.path or "").startswith(CASE):
            for method in sorted(context.methods or ()):
                yield method, re.sub(r"{(?!reference)\w+}", "0" * 32, context.path or "")


class Visitor:
    """A browser that keeps its line, of somebody who is signed in."""

    def __init__(self, port: int, cookie: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"__Host-dygnet={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        found = re.search(rb'name="csrf" value="([^"]+)"', self._ask("GET", "/console/account")[1])
        if not found:
            raise SystemExit("the visitor is not signed in")
        self.form = urlencode({"csrf": found[1].decode()})

    def knock(self, method: str, path: str) -> float:
        """Milliseconds until the refusal. SystemExit for any other answer."""
        began = time.perf_counter()
        status, _ = self._ask(method, path)
        took = (time.perf_counter() - began) * 1000
        if status != http.client.NOT_FOUND:
            raise SystemExit(f"{method} {path} was answered with {status}")
        return took

    def _ask(self, method: str, path: str) -> tuple[int, bytes]:
        self.line.request(method, path, self.form if method == "POST" else None, self.headers)
        answer = self.line.getresponse()
        return answer.status, answer.read()


def knock(
    visitor: Visitor, doors: Sequence[tuple[str, str]], cases: Mapping[str, str], *, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """The times of each door and kind. The first round warms up and is not counted."""
    order = random.Random(1)
    took: dict[str, dict[str, list[float]]] = {}
    for nth in range(rounds + 1):
        for method, path in doors:
            for kind in order.sample(list(cases), len(cases)):
                time_of_it = visitor.knock(method, path.replace("{reference}", cases[kind]))
                if nth:
                    name = f"{method} {path.removeprefix(CASE).replace('0' * 32, '…')}"
                    took.setdefault(name, {}).setdefault(kind, []).append(time_of_it)
    return took


def report(took: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """A line for each door, and those that differ by more than noise."""
    tests = len(took) * len(KINDS)
    print(f"{'nobody’s':>9} " + " ".join(f"{kind:>17}" for kind in KINDS))
    told_apart = []
    for door, times in took.items():
        medians = {kind: statistics.median(each) for kind, each in times.items()}
        apart = [kind for kind in KINDS if by_chance(times[kind], times[NOBODYS]) * tests < CERTAIN]
        told_apart += [f"{door}: {', '.join(apart)}"] if apart else []
        print(f"{medians[NOBODYS]:9.2f} " + " ".join(f"{medians[kind]:17.2f}" for kind in KINDS) + f"  {door}")
    for kind in KINDS:
        pairs = [pair for times in took.values() for pair in zip(times[kind], times[NOBODYS], strict=True)]
        gap, slower = statistics.median(one - other for one, other in pairs), sum(one > other for one, other in pairs)
        chance = by_sign(slower, len(pairs))
        print(f"{kind}: {gap:+.2f} ms beside nobody's, slower in {slower} of {len(pairs)} pairs (chance {chance:.2g})")
    print("told apart: " + ("; ".join(told_apart) or "none"))


def by_sign(slower: int, pairs: int) -> float:
    """How likely it is that of so many pairs, taken at the same door in the same round, so many or so few lean one way:
    the sign test, two-sided, by the normal approximation. It sees what no single door shows."""
    return math.erfc(abs(2 * slower - pairs) / math.sqrt(2 * pairs))


def by_chance(some: Sequence[float], others: Sequence[float]) -> float:
    """How likely it is that two samples of one kind lie as far apart as these: Mann and Whitney's U, two-sided, by the
    normal approximation with ties, good from some ten of each on."""
    ranks = _ranks([*some, *others])
    m, n = len(some), len(others)
    u = sum(ranks[value] for value in some) - m * (m + 1) / 2
    ties = sum(count**3 - count for count in (len(list(same)) for _, same in groupby(sorted([*some, *others]))))
    spread = math.sqrt(m * n / 12 * ((m + n + 1) - ties / ((m + n) * (m + n - 1))))
    return math.erfc(abs(u - m * n / 2) / spread / math.sqrt(2)) if spread else 1.0


def _ranks(values: Sequence[float]) -> dict[float, float]:
    """The rank of each value, from one; the same for equals, in the middle of theirs."""
    found, before = {}, 0
    for value, same in groupby(sorted(values)):
        count = len(list(same))
        found[value] = before + (count + 1) / 2
        before += count
    return found


if __name__ == "__main__":
    main()
