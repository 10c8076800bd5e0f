"""Three layers around every app, from the outside in: safe headers, small bodies, calm failures."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import Log

LARGEST_BODY = 384 * 1024
"""Bytes. What is longer than it may be comes back to be shortened, and is not lost: 40,000 characters of three bytes
each, percent-encoded, are 360 kB."""

SMALL_BODY = 64 * 1024
"""Bytes. What anybody sends who has nothing to shorten: 4,000 characters of four bytes, percent-encoded, are 48 kB."""

LARGE_AT_ONCE = 8
"""Bodies larger than that which one face reads and answers at the same time: 3 MB in all, whoever sends them."""

FOREVER = "public, max-age=31536000, immutable"
"""The one `cache-control` a route may choose for itself: for what is addressed by its own digest, and no secret."""

_log = Log("web")
_ONLY_OURS = ("style-src", "font-src", "connect-src", "manifest-src", "form-action")
_SWITCHED_OFF = (
    "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment "
    "screen-wake-lock serial usb xr-spatial-tracking"
)
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _SWITCHED_OFF.split()),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}
_STAY_ON_HTTPS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


@dataclass(frozen=True)
class Problem:
    """What a face tells the visitor when there is no page to show."""

    status: int
    sentence: str = ""
    """Written for the reader by whoever raised a `DygnetError`; empty otherwise."""


ProblemPage = Callable[[Request, Problem], Response]
"""Each face draws its own. It may not fail: it is called when something already has."""


def content_policy(written_in_the_page: Sequence[str] = ()) -> str:
    """What a page of ours may fetch and run: files of ours, and where scripts stand in the page these very ones, with
    pictures written in it as well. Nothing from elsewhere, and nothing `unsafe`."""
    scripts = [f"'sha256-{_digest(script)}'" for script in written_in_the_page]
    pictures = "img-src 'self' data:" if scripts else "img-src 'self'"
    ours = [f"{kind} 'self'" for kind in _ONLY_OURS]
    run = " ".join(["script-src 'self'", *scripts])
    return "; ".join(["default-src 'none'", run, pictures, *ours, "frame-ancestors 'none'", "base-uri 'none'"])


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


class SafeHeaders:
    """Writes our headers on every answer, over whatever the route wrote under the same names, `FOREVER` excepted."""

    def __init__(self, app: ASGIApp, *, https: bool, policy: str) -> None:
        self._app = app
        ours = {"content-security-policy": policy} | _HEADERS | (_STAY_ON_HTTPS if https else {})
        self._ours = [(name.encode(), value.encode()) for name, value in ours.items()]
        self._names = {name for name, _ in self._ours}
        self._kept = (b"cache-control", FOREVER.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                written = message.get("headers", [])
                theirs = [header for header in written if header[0].lower() not in self._names]
                ours = self._ours
                if self._kept in written:
                    ours = [header for header in ours if header[0] != b"cache-control"] + [self._kept]
                message = {**message, "headers": theirs + ours}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SmallBodies:
    """Reads the body before anyone else does, and turns away one that is too large, announced or not.

    A few at a time may be larger than the others: memory has an end, however many are sent at once.
    """

    def __init__(self, app: ASGIApp, *, problem_page: ProblemPage) -> None:
        self._app = app
        self._problem_page = problem_page
        self._large: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            if await self._read(body, receive):
                await self._app(scope, _body_first(bytes(body), receive), send)
            elif body:
                await self._problem_page(Request(scope), Problem(413))(scope, receive, send)
        finally:
            self._large.discard(id(body))

    async def _read(self, body: bytearray, receive: Receive) -> bool:
        """Whether all of it is there. If not, it is too large, or empty: whoever sent it is gone."""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.clear()
                return False
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if not self._has_room(body):
                return False
        return True

    def _has_room(self, body: bytearray) -> bool:
        if len(body) > SMALL_BODY and len(self._large) < LARGE_AT_ONCE:
            self._large.add(id(body))
        return len(body) <= (LARGEST_BODY if id(body) in self._large else SMALL_BODY)


def _body_first(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


class CalmFailures:
    """Turns an error nobody foresaw into a page that gives nothing away. The log gets the places, never the values."""

    def __init__(self, app: ASGIApp, *, problem_page: ProblemPage) -> None:
        self._app = app
        self._problem_page = problem_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False
        if "\0" in scope.get("path", ""):  # no address of ours has it, and PostgreSQL takes no text with it
            await self._problem_page(Request(scope), Problem(404))(scope, receive, send)
            return

        async def send_and_notice(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_notice)
        except Exception as error:
            _log.error("unexpected", problem=error, method=scope.get("method", ""), route=_pattern(scope))
            if begun or scope["type"] != "http":
                raise  # half an answer is out: let the server cut the line rather than end it neatly
            await self._problem_page(Request(scope), Problem(500))(scope, receive, send)


def _pattern(scope: Scope) -> str:
    """The route as we wrote it, never the address as it was asked for."""
    return str(getattr(scope.get("route"), "path", ""))
