"""How a flood of forms leaves room for whoever comes for the first time. No form is thrown away for where it is from.

A source has a few forms a day to itself. Whatever more it sends stands in line for a narrow lane, and the rest of the
house is reserved for those who have not been here today. A school, a library or a telephone company whose many people
share an address stands in that line, too, and while nothing floods it is empty. When it is not, a form that is opened
then carries a riddle (`riddle.py`), and a browser that solved it has a lane of its own.

What is counted stands in the memory of this process, under a digest whose key lives a day and is written nowhere. An
address that stands for nobody in particular (a Tor service, a proxy that we were not told of) is never counted.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from app.errors import Crowded
from app.intake.drawn import drawn_at
from app.intake.reception import Desk
from app.intake.riddle import Spent
from app.web import Now, Posted

FREE: Final = 3
"""Forms from one source in a day (UTC) that stand in no line."""

AT_ONCE: Final = 2
"""Forms from the line that are taken in at a time, in each process."""

LONGEST_LINE: Final = 200
"""How many stand in a line at most; a body is 64 kB, a few are larger. One more is told to call instead. Also of those
who solved a riddle: rented machines solve more of them than a slow database takes in."""

MOST_SOURCES: Final = 100_000
"""How many are told apart, 10 MB. One more, and all are forgotten."""


class Lane:
    """Few are let through at a time, and the others stand in line; `length` counts both."""

    def __init__(self) -> None:
        self.length = 0
        self._doors = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[None]:
        """Stand in line. Raises Crowded where it is too long."""
        if self.length >= LONGEST_LINE:
            raise Crowded("Too many forms come in from the same place. Call instead, or send it again in a while.")
        self.length += 1
        try:
            async with self._doors:
                yield
        finally:
            self.length -= 1


class Crowd:
    """One for each process; only its event loop touches it.

    `header`: where a proxy in front of us writes whom it speaks for, and nobody else can. None: there is no proxy.
    """

    def __init__(self, header: str | None = None) -> None:
        self.lane = Lane()
        self.solved_lane = Lane()
        self.spent = Spent()
        self._header = header
        self._day: date | None = None
        self._key = b""
        self._sent: Counter[bytes] = Counter()

    def source_of(self, request: Request) -> str | None:
        """Where a request comes from: an IPv4 address or an IPv6 network of 64 bits. None: it could be anybody."""
        spoken_for = request.headers.get(self._header, "").rpartition(",")[2] if self._header else None
        theirs = request.client.host if request.client else ""
        try:
            address = ipaddress.ip_address((theirs if spoken_for is None else spoken_for).strip())
        except ValueError:
            return None
        if isinstance(address, ipaddress.IPv6Address):
            address = address.ipv4_mapped or address
        if not address.is_global:
            return None
        is_long = isinstance(address, ipaddress.IPv6Address)
        return str(ipaddress.ip_network((address, 64), strict=False)) if is_long else str(address)

    def comes_again(self, source: str, *, at: datetime) -> bool:
        """Count one more form from a source, and say whether it has had those it has to itself."""
        if at.date() != self._day or len(self._sent) >= MOST_SOURCES:
            self._day, self._key = at.date(), secrets.token_bytes(32)
            self._sent.clear()
        mark = hmac.digest(self._key, source.encode(), "sha256")[:16]
        self._sent[mark] += 1
        return self._sent[mark] > FREE

    @property
    def is_flooded(self) -> bool:
        """Whether more stand in line than are taken in at a time."""
        return self.lane.length > AT_ONCE


async def _let_in(request: Request, posted: Posted, now: Now) -> AsyncIterator[bool]:
    crowd = cast(Crowd, request.app.state.crowd)
    source = crowd.source_of(request)
    if source is None or not crowd.comes_again(source, at=now):
        yield True
        return
    lane = crowd.solved_lane if _has_paid(request, crowd, posted, at=now) else crowd.lane
    async with AsyncExitStack() as standing:
        let_in = True
        try:
            await standing.enter_async_context(lane.line())
        except Crowded:
            let_in = False
        yield let_in


def _has_paid(request: Request, crowd: Crowd, posted: Mapping[str, str], *, at: datetime) -> bool:
    mark, desk = posted.get("nonce", ""), cast(Desk, request.app.state.desk)
    return crowd.spent.admits(mark, posted.get("solved", ""), drawn=drawn_at(desk.index_keys, mark), at=at)


LetIn = Annotated[bool, Depends(_let_in, scope="function")]
"""For a route that a form is posted to: those who come for the first time need not wait for a flood. False: the line is
too long, and the form goes back to whoever sent it, with everything that was typed."""
