"""What a database that says nothing may not do: shut the doors that need none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.health import create_health
from app.intake.away.route import TookTooLong, _in_time


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """What every thread waits for."""
    event = threading.Event()
    yield event
    event.set()


def test_what_has_begun_is_done_though_nobody_waits_and_what_has_not_leaves_the_threads_to_others(
    silence: threading.Event,
) -> None:
    begun, done, has_begun, is_done = list[str](), list[str](), threading.Event(), threading.Event()

    def write(who: str) -> Response:
        begun.append(who)
        has_begun.set()
        silence.wait(20)
        done.append(who)
        is_done.set()
        return Response()

    async def deed(who: str) -> Response:
        return await run_in_threadpool(write, who)

    async def a_flood() -> None:
        to_thread.current_default_thread_limiter().total_tokens = 1
        first = asyncio.create_task(_in_time(deed("first"), 1.0))
        await asyncio.to_thread(has_begun.wait, 20)
        crowd = await asyncio.gather(*(_in_time(deed("late"), 0.05) for _ in range(20)), return_exceptions=True)
        assert {type(each) for each in crowd} == {TookTooLong}
        with pytest.raises(TookTooLong):
            await first
        silence.set()
        await asyncio.to_thread(is_done.wait, 20)
        await run_in_threadpool(done.append, "another door")

    asyncio.run(a_flood())
    assert begun == ["first"]
    assert done == ["first", "another door"]


def test_the_process_says_that_it_is_up_while_all_its_threads_wait(silence: threading.Event) -> None:
    face = create_health(db=None, clock=None, public_url="", metrics_token=None)  # type: ignore[arg-type] # not asked

    async def asked_meanwhile() -> int:
        to_thread.current_default_thread_limiter().total_tokens = 1
        all_wait = threading.Event()
        waiting = asyncio.create_task(run_in_threadpool(lambda: (all_wait.set(), silence.wait(20))))
        await asyncio.to_thread(all_wait.wait, 20)
        status = await asyncio.wait_for(get(face, "/healthz"), timeout=10)
        silence.set()
        await waiting
        return status

    assert asyncio.run(asked_meanwhile()) == 200


async def get(face: FastAPI, path: str) -> int:
    heard = SimpleNamespace(status=0)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        heard.status = message.get("status", heard.status)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    await face(scope, receive, send)  # type: ignore[arg-type] # as a server does
    return int(heard.status)
