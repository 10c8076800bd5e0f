"""Somebody who sends what no browser would: bytes, straight into the app, and what has to be true of every answer."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI

from tests.browsers import the_loop

FORM: Final = b"application/x-www-form-urlencoded"
TOKEN: Final = "q7zx"
"""Stands in everything hostile that is sent, so that it can be looked for in the answer."""

ALWAYS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}

HOSTILE: Final = [
    f"<script>{TOKEN}</script>",
    f"\"'><img src=x onerror={TOKEN}>",
    f"</textarea></title><svg/onload={TOKEN}>",
    f"javascript:{TOKEN}//",
    f"{{{{ {TOKEN}.__class__.__mro__ }}}}{{% raw %}}",
    f"${{7*7}}{TOKEN}<%= {TOKEN} %>#{{7*7}}",
    f"'; DROP TABLE cases; -- {TOKEN}",
    f"1' OR '1'='1' UNION SELECT {TOKEN}",
    f"../../../../etc/passwd%00{TOKEN}",
    f"..\\..\\windows\\{TOKEN}",
    f"\r\nSet-Cookie: {TOKEN}=1\r\n\r\n<h1>",
    f"\u202e{TOKEN}\u202d\u2066\u2069\ufeff",
    f"{TOKEN}\x00\x1b[2J\x07\x08",
    f"e\u0301\u0301\u0301{TOKEN}\ufdfa\u1e9b\u0323ﬁ①",
    "\U0001f9d1\u200d\U0001f9d1" * 40 + TOKEN,
    f"{TOKEN}\udcff\ud800",
    f"%{TOKEN}%n%n%s%x{{0}}{{__init__}}",
    f"() {{ :;}}; echo {TOKEN}",
    "(" * 3000 + TOKEN,
    "[" * 3000 + TOKEN + "]" * 3000,
    TOKEN * 3000,
]
"""For a field: script, templates, SQL, paths, headers, what turns letters round, what is no letter, what has no end."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def says(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)


def knock(
    app: FastAPI,
    method: str,
    path: bytes,
    *,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: Iterable[bytes] = (b"",),
) -> Answer:
    """One request as the server hands it to the app, its body in the pieces it comes in."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"line.example.org"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("x", 443),
    }
    return the_loop().call(_knock, app, scope, list(body))


def wrong_with(answer: Answer, *, typed_comes_back: bool = False) -> list[str]:
    """Everything to complain of. `typed_comes_back`: the page is the form that was sent, to be put right."""
    found = [f"status {answer.status}"] if answer.status >= 500 else []
    found += [f"{name}: {answer.says(name)}" for name, said in ALWAYS.items() if answer.says(name) != said]
    policy = answer.says("content-security-policy") or ""
    found += ["no policy"] if "default-src 'none'" not in policy or "unsafe" in policy else []
    found += ["a cookie"] if answer.says("set-cookie") else []
    found += [f"in a header: {name}" for name, value in answer.headers if TOKEN in value]
    found += [f"reflected as it came: {each[:30]}" for each in HOSTILE if "<" in each and each in answer.body]
    if not (typed_comes_back and answer.status in (422, 503)) and TOKEN in html.unescape(answer.body):
        found.append("reflected")
    return found


async def _knock(app: FastAPI, scope: dict[str, Any], body: list[bytes]) -> Answer:
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(body)} for number, piece in enumerate(body, 1)
    ]
    status, headers, parts = 0, list[tuple[str, str]](), bytearray()

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.extend(
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message["headers"]
            )
        parts.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, parts.decode("utf-8"))
