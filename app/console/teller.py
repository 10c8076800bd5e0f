"""Tells every open board that something changed. One look a second for all of them, on the loop that serves them:
a viewer costs a place in a set, and no thread.

The nudge that wakes engines is not listened to here: whoever answers it is taken for an engine, and those elsewhere
would hear nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

LOOKS_EVERY: Final = 1.0
"""Seconds of real time."""

Look = Callable[[], str]
"""Gives a word that is another as soon as a board would look different. May take its time."""


class Teller:
    """One for each console; may be asked on several loops, of which each looks for itself."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, _Round] = WeakKeyDictionary()

    def edition(self) -> str:
        """The word of a page that is made now. May take its time."""
        return self._look()

    async def editions(self, *, lasts: float) -> AsyncIterator[str]:
        """The word now, and each other one that comes within so many seconds."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + lasts
        round_ = self._rounds.setdefault(loop, _Round(self._look))
        async with round_.listened_to() as said:
            known = said
            yield known
            while (left := ends - loop.time()) > 0:
                word = await round_.another(known, within=left)
                if word != known:
                    known = word
                    yield known


class _Round:
    """The looking on one loop: it begins with the first listener and ends with the last."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._word = ""
        self._listeners = 0
        self._turned = asyncio.Event()
        self._beginning = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    def listened_to(self) -> _Listening:
        return _Listening(self)

    async def begin(self) -> str:
        async with self._beginning:  # of two hundred who come at once one looks
            if self._looking is None:
                self._word = await run_in_threadpool(self._look)
                self._looking = asyncio.create_task(self._go_on())
        self._listeners += 1
        return self._word

    def end(self) -> None:
        self._listeners -= 1
        if not self._listeners and self._looking:
            self._looking.cancel()
            self._looking = None

    async def another(self, known: str, *, within: float) -> str:
        """The word as soon as it is another; the same after so many seconds."""
        if self._word == known:
            try:
                await asyncio.wait_for(self._turned.wait(), within)
            except TimeoutError:
                return known
        return self._word

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            word = await self._look_again()
            if word != self._word:
                self._word = word
                turned, self._turned = self._turned, asyncio.Event()
                turned.set()

    async def _look_again(self) -> str:
        try:
            return await run_in_threadpool(self._look)
        except Exception:  # noqa: BLE001 - a stream ends soon, and the door that is asked for the next one says why
            return self._word


class _Listening:
    """Counts one listener for as long as they listen."""

    def __init__(self, round_: _Round) -> None:
        self._round = round_

    async def __aenter__(self) -> str:
        return await self._round.begin()

    async def __aexit__(self, *_: object) -> None:
        self._round.end()
