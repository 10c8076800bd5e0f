"""A browser for tests that need no real one."""

from __future__ import annotations

import atexit
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


@cache
def the_loop() -> BlockingPortal:
    """The loop in which every request of this process is answered."""
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(start_blocking_portal())
