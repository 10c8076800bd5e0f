"""A face that cannot be built yet keeps nobody waiting who came for another."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy.exc import OperationalError
from starlette.responses import Response
from starlette.types import ASGIApp

from app.errors import Misconfigured
from app.web import later
from app.web.later import Later, shut

SHUT = shut(lambda _request, problem: Response(status_code=problem.status))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "AGAIN_AFTER", 0.0)


async def come(face: Later) -> int:
    told = list[int]()

    async def send(message):
        if message["type"] == "http.response.start":
            assert message["status"] == 200 or dict(message["headers"])[b"retry-after"]
            told.append(message["status"])

    await face({"type": "http"}, None, send)  # type: ignore[arg-type] # nobody reads what was sent
    return told[0]


@pytest.mark.parametrize("problem", [OperationalError("", None, OSError()), Misconfigured("no programme")])
def test_whatever_it_cannot_be_built_for_it_answers_503_and_is_there_when_it_can(problem: Exception) -> None:
    tries = iter([problem])

    def build() -> ASGIApp:
        if reason := next(tries, None):
            raise reason
        return Response(status_code=200)

    face = Later(build, SHUT)
    assert [asyncio.run(come(face)) for _ in range(3)] == [503, 200, 200]


def test_while_one_tries_nobody_else_waits_with_it() -> None:
    says_something, is_tried, tries = threading.Event(), threading.Event(), list[str]()

    def build() -> ASGIApp:
        tries.append(threading.current_thread().name)
        is_tried.set()
        assert says_something.wait(20)
        raise OperationalError("", None, OSError())

    async def a_crowd(face: Later) -> set[int]:
        first = asyncio.create_task(come(face))
        await asyncio.to_thread(is_tried.wait, 20)
        others = await asyncio.wait_for(asyncio.gather(*(come(face) for _ in range(50))), timeout=10)
        says_something.set()
        return {*others, await first}

    assert asyncio.run(a_crowd(Later(build, SHUT))) == {503}
    assert len(tries) == 1
