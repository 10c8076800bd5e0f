"""A browser for tests that need no real one."""

from __future__ import annotations

import atexit
import re
from contextlib import ExitStack
from functools import cache
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.testclient import TestClient
from starlette.types import ASGIApp


class Browser(TestClient):
    """Starlette's, with one event loop for all the requests of a process, as in the product, and one journey to it.

    By itself it starts a thread and a loop for every request, another thread in which the request is answered, and goes
    to the loop and back eight times: more work than most answers are.
    """

    def __init__(self, app: ASGIApp, *, raise_server_exceptions: bool = True, **how: Any) -> None:
        super().__init__(app, raise_server_exceptions=raise_server_exceptions, **how)
        self.portal = the_loop()
        self._transport = _InOneJourney(app, raise_app_exceptions=raise_server_exceptions)
        self._words: dict[frozenset[tuple[str, str | None]], str] = {}

    @property
    def word(self) -> str:
        """The session's word against forged forms, which every page of staff has: read from the board, once a session.

        Nothing, where nobody is signed in.
        """
        if not self._words.get(self._session):
            self.read_word(self.get("/console/", follow_redirects=True).text)
        return self._words[self._session]

    def read_word(self, page: str) -> None:
        """Learn the word from a page of staff that was shown anyway."""
        self._words[self._session] = hidden_fields(page).get("csrf", "")

    @property
    def _session(self) -> frozenset[tuple[str, str | None]]:
        return frozenset((cookie.name, cookie.value) for cookie in self.cookies.jar)


class _InOneJourney(httpx2.BaseTransport):
    """Whole answers of an app in the one loop; one that goes on for as long as somebody listens would never come."""

    def __init__(self, app: ASGIApp, *, raise_app_exceptions: bool) -> None:
        self._app = httpx2.ASGITransport(app, raise_app_exceptions=raise_app_exceptions)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return the_loop().call(self._answer, request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._app.handle_async_request(request)
        whole = httpx2.ByteStream(await answer.aread())
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=whole)


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form on a page, such as its token against forgery."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = ((re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)) for field in found)
    return {name[1]: value[1] for name, value in pairs if name and value}


@cache
def the_loop() -> BlockingPortal:
    """The loop in which every request of this process is answered."""
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(start_blocking_portal())
