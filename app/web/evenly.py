"""What is not there, and what is not yours, is answered after the same while: a clock tells them no more apart than the
words do. A case that one may not see is looked up, judged and refused; one that there is not takes less work.

The answer waits for the next full beat since the question came. It waits outside the transaction, and outside the
thread that worked on it, so that waiting costs the house nothing.
"""

from __future__ import annotations

import asyncio
import math
import time
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BEAT: Final = 0.25
"""Seconds; several times as long as either answer takes to work out, so that both are told at the first beat."""


class EvenRefusals:
    """Holds each 404 below a path back until the next full beat. Everything else passes."""

    def __init__(self, app: ASGIApp, *, below: str, beat: float = BEAT) -> None:
        self.app, self.below, self.beat = app, below, beat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.below):
            await self.app(scope, receive, send)
            return
        began = time.monotonic()

        async def on_the_beat(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.NOT_FOUND:
                await asyncio.sleep(until_the_next(time.monotonic() - began, self.beat))
            await send(message)

        await self.app(scope, receive, on_the_beat)


def until_the_next(passed: float, beat: float) -> float:
    """The seconds from a moment, so long after the first beat, until the next one."""
    return math.ceil(passed / beat) * beat - passed
