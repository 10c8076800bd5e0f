"""A browser for tests that need no real one."""

from __future__ import annotations

import atexit
import re
from contextlib import ExitStack
from functools import cache
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.testclient import TestClient


class Browser(TestClient):
    """Starlette's, with one event loop for all the requests of a process, as in the product.

    By itself it starts a thread and a loop for every request, and another thread in which the request is answered.
    """

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.portal = the_loop()
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
