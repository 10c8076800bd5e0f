"""What stands for the sockets: requests go straight into the apps, in the thread that makes them.

A browser for tests and a server for the telephone company cost five times as much a request, and a year has a million.
Nor is anything handed to threads meanwhile (`one_thread`): there is one request at a time, and nobody to hold up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp, Message

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What an app answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Door:
    """An app, asked one request at a time by each thread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Post a form."""
        return self.ask("POST", url, urlencode(form).encode(), {"content-type": FORM, **headers})

    def ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request. Nothing in it waits for anything, so that no loop is needed to go on with something else."""
        asking = self._ask(method, url, body, headers)
        try:
            asking.send(None)
        except StopIteration as answered:
            answer: Answer = answered.value
            return answer
        raise RuntimeError(f"{url} waits for something: play the year within `in_one_thread`")

    async def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        told: list[Message] = []
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            told.append(message)

        await self._app(_scope(method, url, headers), receive, send)
        start = next(message for message in told if message["type"] == "http.response.start")
        said = b"".join(message.get("body", b"") for message in told if message["type"] == "http.response.body")
        return Answer(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, said)


class Cable(BaseAdapter):
    """What the carrier's own client sends over, instead of a socket."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Ask the telephone company."""
        body = request.body or b""
        answer = self._door.ask(
            request.method or "GET",
            request.url or "",
            body.encode() if isinstance(body, str) else body,
            {name.lower(): str(value) for name, value in request.headers.items()},
        )
        response = requests.Response()
        response.status_code, response._content, response.request = answer.status, answer.body, request  # noqa: SLF001
        response.url = request.url or ""
        response.headers.update(answer.headers)
        response.encoding = "utf-8"
        return response

    def close(self) -> None:
        """Nothing is open."""


def _scope(method: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", parts.netloc.encode()),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": ("127.0.0.1", 40_000),
        "server": (parts.hostname or "", 443),
    }
