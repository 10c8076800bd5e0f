"""How soon each surface answers, and with which status: for `/metrics`, without a word about who asked."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)
"""Bounds between which answers are counted. A carrier does not wait longer than the last (Twilio: 15 seconds)."""


class Answers:
    """Every answer of one process, by surface and status, with the real seconds until it began.

    Until it began, because a live board goes on for as long as somebody looks at it. Paths are not told apart: some of
    them are addresses that only one person has.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        meaning = "From a request to the beginning of its answer"
        self._took = Histogram(
            "dygnet_answer_seconds", meaning, ["surface", "status"], registry=self._registry, buckets=SECONDS
        )

    def counting(self, surface: str, face: ASGIApp) -> ASGIApp:
        """The same face, each answer of which is counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            began = time.monotonic()

            async def begin(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._took.labels(surface, message["status"]).observe(time.monotonic() - began)
                await send(message)

            await face(scope, receive, begin)

        return counted

    def told(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self._registry)
