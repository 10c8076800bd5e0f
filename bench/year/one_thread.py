"""Requests are answered in the thread that makes them: nothing is handed to another, and nothing is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from types import TracebackType
from typing import Any, Final, Self, cast

import anyio
from anyio._core import _eventloop
from anyio.abc import AsyncBackend

_NAME: Final = "one thread"


@contextmanager
def in_one_thread() -> Iterator[None]:
    """Have the apps' plain functions called where they are waited for, instead of in a thread each.

    It is the one thing that the year replaces. FastAPI calls every plain function, eight for a request, in a thread of
    anyio's, which needs threads and a loop that waits for them. The same functions are called here, in the same order
    and in contexts of their own, but one request at a time: that two requests may be in each other's way is looked at
    elsewhere (tests/race). Where a loop does run, everything is as before.
    """
    by_a_loop = _eventloop.current_async_library
    _eventloop.loaded_backends[_NAME] = cast("type[AsyncBackend]", _Here)
    _eventloop.current_async_library = lambda: by_a_loop() or _NAME
    try:
        yield
    finally:
        _eventloop.current_async_library = by_a_loop
        del _eventloop.loaded_backends[_NAME]


class _NeverCancelled(anyio.CancelScope):
    """Nobody hangs up in the middle of a request, so that there is nothing to be shielded from."""

    shield = False

    def __new__(cls) -> Self:
        return object.__new__(cls)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return False


class _Here:
    """As much of an anyio backend as answering a request takes; whatever needs more of it fails by name."""

    @staticmethod
    async def run_sync_in_worker_thread(do: Callable[..., Any], told: Sequence[Any], **_how_to_wait: object) -> object:
        return copy_context().run(do, *told)

    @staticmethod
    def create_cancel_scope(**_how: object) -> anyio.CancelScope:
        return _NeverCancelled()

    @staticmethod
    def create_capacity_limiter(_most: float) -> object:
        return None

    @staticmethod
    async def checkpoint_if_cancelled() -> None:
        return None
