"""A face that cannot be built yet because the database is away: it is tried again whenever somebody comes.

Until then another stands in for it, which needs no database and says what is the matter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Misconfigured
from app.logs import Log
from app.web.shields import Problem, ProblemPage

AGAIN_AFTER: Final = 5.0
"""Real seconds between two tries."""

_log = Log("web")


def shut(page: ProblemPage) -> ASGIApp:
    """An app that answers everything with the face's own page for a problem, and when to come again."""

    async def say_so(scope: Scope, receive: Receive, send: Send) -> None:
        answer = page(Request(scope), Problem(503))
        answer.headers["retry-after"] = str(round(2 * AGAIN_AFTER))
        await answer(scope, receive, send)

    return say_so


class Later:
    """Answers as `meanwhile` until the face can be built, and is that face from then on."""

    def __init__(self, build: Callable[[], ASGIApp], meanwhile: ASGIApp) -> None:
        """`build` raises SQLAlchemyError while the database is away."""
        self._build = build
        self._meanwhile = meanwhile
        self._face: ASGIApp | None = None
        self._tried_at = time.monotonic()
        self._one_at_a_time = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._face is None and time.monotonic() - self._tried_at >= AGAIN_AFTER:
            await run_in_threadpool(self._try)
        await (self._face or self._meanwhile)(scope, receive, send)

    def _try(self) -> None:
        """Nobody else waits for this one: every thread would soon wait for a database that says nothing."""
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self._face = self._face or self._build()
        except (SQLAlchemyError, Misconfigured) as problem:
            _log.warning("a face cannot be opened yet", kind=type(problem).__name__)
        finally:
            self._tried_at = time.monotonic()
            self._one_at_a_time.release()
