"""The console: a board and a case with many open cases, and many boards that are looked at.

    .venv/bin/python -m bench.console [--cases 1000] [--viewers 50] [--url postgresql+psycopg://…]
    the whole size: --cases 10000 --viewers 200

Ten cases, then so many; for each the milliseconds of a page, asked one after another. Then so many live boards on the
same process: how long until each heard of a change, what looking costs while nothing happens (the process's own seconds
of work for each second), what a page takes beside them, and the memory.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.cases.facts import Approach, Assignment
from app.cases.models import Case
from app.clock import WallClock
from app.db import Database, new_id
from app.staff import sessions
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role
from bench import crowd
from bench.servers import OURS, prepare, serving

FEW: Final = 10
PAGES: Final = 15
IDLE: Final = 5.0
"""Seconds for which nothing happens."""

now = WallClock().now
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--url", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.url or f"sqlite:///{folder}/bench.db"
        database = prepare(url, Path(folder))
        with serving(url, Path(folder), OURS, SURFACES="console", SECOND_FACTOR="offered") as port:
            measure(database, port, cases=chosen.cases, viewers=chosen.viewers)


def measure(database: Database, port: int, *, cases: int, viewers: int) -> None:
    """Fill, ask, listen, and say."""
    asks = {role: Visitor(port, signed_in(database, role)) for role in (Role.HANDLER, Role.COORDINATOR)}
    fill(database, FEW)
    few = {role: visitor.pages(database) for role, visitor in asks.items()}
    fill(database, cases - FEW)
    for role, visitor in asks.items():
        for page, many in visitor.pages(database).items():
            ratio = many / few[role][page]
            print(
                f"{role.value}, {page}: {few[role][page]:.1f} ms with {FEW}, {many:.1f} ms with {cases:,}: {ratio:.2f}"
            )
    print(f"memory before anybody watches: {memory():.0f} MB")
    asyncio.run(watch(database, asks[Role.COORDINATOR], viewers))


class Visitor:
    """A browser of somebody who is signed in."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.headers = port, {"Cookie": f"__Host-dygnet={cookie}"}

    def pages(self, database: Database) -> dict[str, float]:
        """The median milliseconds of the board and of a case's page."""
        with database.reading() as session:
            reference = session.scalars(select(Case.reference).order_by(Case.due_at)).first()
        return {
            "board": _median(lambda: self.get("/console/")),
            "case": _median(lambda: self.get(f"/console/cases/{reference}")),
        }

    def get(self, path: str) -> None:
        """Ask for a page; it must be one."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request("GET", path, headers=self.headers)
        answer = line.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} was answered with {answer.status}")
        line.close()


async def watch(database: Database, visitor: Visitor, viewers: int) -> None:
    """So many live boards: a quiet while, a page beside them, and a change."""
    quiet = await _boards(visitor, viewers)
    worked, since = _worked(), time.monotonic()
    await asyncio.sleep(IDLE)
    share = (_worked() - worked) / (time.monotonic() - since)
    print(f"{viewers} boards, nothing happens: {share:.3f} s of work a second, {memory():.0f} MB")
    page = await asyncio.to_thread(_median, lambda: visitor.get("/console/"))
    print(f"a board's page beside them: {page:.1f} ms")
    lines = quiet + await _boards(visitor, viewers)
    began = time.monotonic()
    hearing = [asyncio.create_task(_hears_of_a_change(line)) for line in lines[viewers:]]
    await asyncio.to_thread(fill, database, 1)
    heard = sorted(moment - began for moment in await asyncio.gather(*hearing))
    print(f"a change was heard after {heard[0]:.2f} s by the first, {heard[-1]:.2f} s by the last (one look a second)")


async def _boards(visitor: Visitor, viewers: int) -> list[Line]:
    """Boards that listen from now on, for half a minute as a browser's first stream does."""
    return await asyncio.gather(*(_stream(visitor) for _ in range(viewers)))


async def _stream(visitor: Visitor) -> Line:
    reader, writer = await asyncio.open_connection("127.0.0.1", visitor.port)
    cookie = visitor.headers["Cookie"]
    writer.write(f"GET /console/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    await writer.drain()
    await reader.readuntil(b"event: here")
    return reader, writer  # a writer that nobody keeps hangs up


async def _hears_of_a_change(line: Line) -> float:
    await line[0].readuntil(b"event: changed")
    return time.monotonic()


def fill(database: Database, cases: int) -> None:
    """So many more waiting cases, each with an approach and somebody whose turn it is."""
    crowd.fill(database, cases, at=now())
    with database.transaction() as session:
        bare = session.execute(select(Case.id, Case.opened_at).where(~Case.approaches.any())).all()
        first = _with_role(session, Role.HANDLER).id
        for start in range(0, len(bare), 1000):
            _give_facts(session, [tuple(row) for row in bare[start : start + 1000]], first)


def _give_facts(session: Session, cases: list[tuple[str, object]], person_id: str) -> None:
    approaches = [
        {"id": new_id(), "case_id": id_, "at": at, "channel": "form", "role": "unknown", "language": "sv"}
        | {"source": new_id(), "withheld": False}
        for id_, at in cases
    ]
    turns = [
        {"id": new_id(), "case_id": id_, "person_id": person_id, "at": at, "because": "on_call"} for id_, at in cases
    ]
    due = [{"id": id_, "due_at": now() + timedelta(hours=20, seconds=place)} for place, (id_, _) in enumerate(cases)]
    session.execute(update(Case), due)
    connection = session.connection()
    connection.execute(insert(Approach), approaches)
    connection.execute(insert(Assignment), turns)


def signed_in(database: Database, role: Role) -> str:
    """The cookie of a session of somebody with this role."""
    with database.transaction() as session:
        return sessions.begin(session, _with_role(session, role), at=now())


def _with_role(session: Session, role: Role) -> Person:
    return next(person for person in everyone(session) if role in person.roles)


def _median(ask: Callable[[], None]) -> float:
    times = []
    for _ in range(PAGES):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _server() -> Path:
    """Where Linux tells of the one process that was started."""
    (child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return Path("/proc") / child


def memory() -> float:
    """Megabytes that the web process has in memory."""
    found = next(line for line in (_server() / "status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(found.split()[1]) / 1024


def _worked() -> float:
    """Seconds that the web process has worked, all its threads together."""
    fields = (_server() / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
