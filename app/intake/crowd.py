"""How a flood of forms leaves room for whoever comes for the first time. No form is thrown away for where it is from.

A source has a few forms a day to itself. Whatever more it sends stands in line for a narrow lane, and the rest of the
house is reserved for those who have not been here today. A school, a library or a telephone company whose many people
share an address stands in that line, too, and while nothing floods it is empty.

What is counted stands in the memory of this process, under a digest whose key lives a day and is written nowhere. An
address that stands for nobody in particular (a Tor service, a proxy that we were not told of) is never counted.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from app.errors import Crowded
from app.web import Now

FREE: Final = 3
"""Forms from one source in a day (UTC) that stand in no line."""

AT_ONCE: Final = 2
"""Forms from the line that are taken in at a time, in each process."""

LONGEST_LINE: Final = 200
"""How many stand in it at most; a body is 64 kB. One more is told to call instead."""

MOST_SOURCES: Final = 100_000
"""How many are told apart, 10 MB. One more, and all are forgotten."""


class Crowd:
    """One for each process; only its event loop touches it.

    `header`: where a proxy in front of us writes whom it speaks for, and nobody else can. None: there is no proxy.
    """

    def __init__(self, header: str | None = None) -> None:
        self.lane = asyncio.Semaphore(AT_ONCE)
        self._header = header
        self._day: date | None = None
        self._key = b""
        self._sent: Counter[bytes] = Counter()
        self._in_line = 0

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

    @asynccontextmanager
    async def line(self) -> AsyncIterator[None]:
        """Stand in line. Raises Crowded where it is too long."""
        if self._in_line >= LONGEST_LINE:
            raise Crowded("Too many forms come in from the same place. Call instead, or send it again in a while.")
        self._in_line += 1
        try:
            async with self.lane:
                yield
        finally:
            self._in_line -= 1


async def _let_in(request: Request, now: Now) -> AsyncIterator[None]:
    crowd = cast(Crowd, request.app.state.crowd)
    source = crowd.source_of(request)
    if source is None or not crowd.comes_again(source, at=now):
        yield
        return
    async with crowd.line():
        yield


LetIn = Annotated[None, Depends(_let_in, scope="function")]
"""For a route that a form is posted to: those who come for the first time need not wait for a flood."""
