"""What holds for every answer of every face, whatever the route did."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from opentelemetry import trace
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import WallClock
from app.db import Database
from app.errors import Misconfigured, NoSuchPage
from app.logs import JsonLines
from app.web import LARGEST_BODY, Cookie, Now, Posted, Problem, new_face
from app.web.shields import LARGE_AT_ONCE, SMALL_BODY, SmallBodies
from tests.forked import ended

SECRET = "ring mig på +46701740605"


def _problem_page(_request: Request, problem: Problem) -> Response:
    return PlainTextResponse(f"problem {problem.status} {problem.sentence}", status_code=problem.status)


@pytest.fixture
def face(tmp_path: Path) -> FastAPI:
    db = Database(f"sqlite:///{tmp_path}/face.db")
    face = new_face(db=db, clock=WallClock(), public_url="https://line.example.org", problem_page=_problem_page)

    @face.get("/fine")
    def fine(now: Now) -> Response:
        return PlainTextResponse(now.isoformat(), headers={"Cache-Control": "max-age=60"})

    @face.post("/posted")
    def posted(fields: Posted) -> dict[str, str]:
        return dict(fields)

    @face.get("/number/{number}")
    def number(number: int) -> int:
        return number

    @face.get("/hidden")
    def hidden() -> None:
        raise NoSuchPage("there is nothing here for you")

    @face.get("/unready")
    def unready() -> None:
        raise Misconfigured("set PUBLIC_URL")

    @face.get("/broken")
    def broken() -> None:
        raise RuntimeError(SECRET)

    return face


@pytest.fixture
def browser(face: FastAPI) -> Iterator[TestClient]:
    with TestClient(face, base_url="https://line.example.org") as browser:
        yield browser


ANSWERS = [
    ("GET", "/fine", 200),
    ("GET", "/nowhere", 404),
    ("GET", "/fine/", 404),
    ("DELETE", "/fine", 405),
    ("GET", "/number/seven", 422),
    ("GET", "/hidden", 404),
    ("GET", "/unready", 503),
    ("GET", "/broken", 500),
    ("POST", "/posted", 415),
    ("GET", "/openapi.json", 404),
    ("GET", "/docs", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_safe_headers(browser: TestClient, method: str, path: str, status: int) -> None:
    answer = browser.request(method, path)

    assert answer.status_code == status
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["permissions-policy"].startswith("accelerometer=()")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_browser_is_not_told_to_stay_on_https_where_there_is_none(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/face.db")
    plain = new_face(db=db, clock=WallClock(), public_url="http://127.0.0.1:8000", problem_page=_problem_page)

    assert "strict-transport-security" not in TestClient(plain).get("/").headers


def test_an_error_nobody_foresaw_says_nothing_to_the_visitor_nor_to_the_log(
    browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/broken")

    assert answer.text.strip() == "problem 500"
    [record] = [record for record in caplog.records if record.name == "dygnet.web"]
    line = JsonLines().format(record)
    assert json.loads(line)["error"] == "RuntimeError"
    assert json.loads(line)["route"] == "/broken"
    assert "46701740605" not in line


def test_what_was_sent_is_not_repeated_when_it_cannot_be_used(browser: TestClient) -> None:
    assert "seven" not in browser.get("/number/seven").text


def test_a_405_names_what_is_allowed(browser: TestClient) -> None:
    assert browser.delete("/fine").headers["allow"] == "GET"


def test_the_reader_is_told_what_to_mend(browser: TestClient) -> None:
    assert browser.get("/unready").text == "problem 503 set PUBLIC_URL"


def test_a_body_that_is_too_large_is_turned_away_announced_or_not(browser: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    pieces = (b"a" * 8192 for _ in range(100))

    assert browser.post("/posted", content=b"a" * (LARGEST_BODY + 1), headers=form).status_code == 413
    assert browser.post("/posted", content=pieces, headers=form).status_code == 413
    assert browser.post("/posted", content=b"a=" + b"b" * (LARGEST_BODY - 2), headers=form).status_code == 200


def test_of_large_bodies_a_few_are_read_at_once_and_there_is_room_again_afterwards() -> None:
    asyncio.run(_large_bodies_at_once())


async def _large_bodies_at_once() -> None:
    may_answer, all_are_read, reading = asyncio.Event(), asyncio.Event(), 0

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal reading
        reading += 1
        if reading == LARGE_AT_ONCE:
            all_are_read.set()
        await may_answer.wait()
        await PlainTextResponse("read")(scope, receive, send)

    small = SmallBodies(slow, problem_page=_problem_page)
    first = [asyncio.create_task(_posted(small, SMALL_BODY + 1)) for _ in range(LARGE_AT_ONCE)]
    await all_are_read.wait()

    assert await _posted(small, SMALL_BODY + 1) == 413
    may_answer.set()
    assert await _posted(small, SMALL_BODY) == 200
    assert await asyncio.gather(*first) == [200] * LARGE_AT_ONCE
    assert await _posted(small, LARGEST_BODY) == 200


async def _posted(app: ASGIApp, size: int) -> int:
    """The status of an answer to so many bytes."""
    found = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"a" * size, "more_body": False}

    async def send(message: Message) -> None:
        found.extend([message["status"]] if "status" in message else [])

    await app({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
    return int(found[0])


def test_of_two_fields_with_one_name_the_first_counts_and_blank_ones_are_kept(browser: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}

    assert browser.post("/posted", content="a=1&a=2&b=&c=%C3%A5", headers=form).json() == {"a": "1", "b": "", "c": "å"}


def test_a_form_of_a_thousand_fields_is_refused_and_a_mangled_one_is_read_as_it_is(browser: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert browser.post("/posted", content="&".join(f"a{n}=1" for n in range(1000)), headers=form).status_code == 422
    assert browser.post("/posted", content=b"a=%ff\xff%00&%", headers=form).status_code == 200


def test_a_cookie_over_https_cannot_be_planted_by_a_sister_host() -> None:
    response = Response()
    Cookie("night", https=True).give(response, "value")

    written = response.headers["set-cookie"]
    assert written.startswith("__Host-night=value;")
    assert all(part in written for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert "Domain" not in written
    assert Cookie("night", https=False).wire_name == "night"


class _Listening(trace.TracerProvider):
    """Somebody in the process who wants to hear of every request."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def get_tracer(self, *_: object, **__: object) -> trace.Tracer:
        return _Tracer(self.heard)


class _Tracer(trace.NoOpTracer):
    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def start_span(self, name: str, *told: Any, attributes: Any = None, **more: Any) -> trace.Span:
        self._heard.append(f"{name} {attributes}")
        return super().start_span(name, *told, attributes=attributes, **more)


def test_nobody_in_the_process_is_told_of_a_request_or_of_its_address(face: FastAPI) -> None:
    chatty = FastAPI()

    def listen() -> None:
        listening = _Listening()
        trace.set_tracer_provider(listening)
        TestClient(chatty).get(f"/mailbox?{SECRET}")
        assert "mailbox" in str(listening.heard), "what FastAPI tells is no longer noticed here"
        listening.heard.clear()
        browser = TestClient(face, raise_server_exceptions=False)
        for method, path, _ in ANSWERS:
            browser.request(method, f"{path}?{SECRET}")
        assert listening.heard == []

    assert ended(listen) == 0
