"""What is put around every door of a practice: no page can forget to say that it is one, because none is asked.

The words stand in the document itself, before all others, in the title and in the icon. A style that failed to arrive,
a screen reader, a printer and a saved file show them as well.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORD: Final = "ÖVNING"
_FOLDER: Final = Path(__file__).parent / "pages" / "assets"
_FILES: Final = {f"/practice/{name}": _FOLDER / name for name in ("practice.css", "practice.svg")}
_BANNER: Final = (
    f'<aside class="practice" aria-label="{WORD}" dir="ltr"><p lang="sv"><strong>{WORD}.</strong> Allt här är '
    'påhittat.</p><p lang="en">Practice: nothing here is real.</p></aside>'
)
_HEAD: Final = (
    '<link rel="icon" href="/practice/practice.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/practice/practice.css">'
)
_OTHERS: Final = re.compile(r'<link rel="(?:icon|manifest)"[^>]*>')
"""The real line's sign, and what would let a browser keep this page as an app beside the real one's."""

_MARKS: Final = (
    (re.compile(r"</head>"), f"{_HEAD}</head>"),
    (re.compile(r"<title>"), f"<title>{WORD} · "),
    (re.compile(r'data-title="'), f'data-title="{WORD} · '),
    (re.compile(r"(<body\b[^>]*>)"), rf"\1{_BANNER}"),
)
"""`data-title` is what an open board calls itself when something changed."""


def marked(page: str) -> str:
    """The same page, as one of a practice."""
    page = _OTHERS.sub("", page)
    for pattern, mark in _MARKS:
        page = pattern.sub(mark, page, count=1)
    return page


class Marked:
    """An app, every page and file of which says that it belongs to a practice."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif found := _FILES.get(scope["path"]):
            await FileResponse(found)(scope, receive, send)
        else:
            await self._app(scope, receive, _Pen(send).write)


class _Pen:
    """Holds a page back until it is whole. Whatever is no page goes on at once: an open stream is never held."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._page = bytearray()

    async def write(self, message: Message) -> None:
        """One message on its way to the browser."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": [(name, _renamed(name, value)) for name, value in message["headers"]]}
            if _is_page(message):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._page += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        page = marked(self._page.decode()).encode()
        length = (b"content-length", str(len(page)).encode())
        headers = [length if name == b"content-length" else (name, value) for name, value in start["headers"]]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": page})


def _is_page(message: Message) -> bool:
    headers = dict(message["headers"])
    return bool(headers.get(b"content-type", b"").startswith(b"text/html"))


def _renamed(name: bytes, value: bytes) -> bytes:
    """A file that is saved is called one of a practice."""
    return value.replace(b'filename="', b'filename="OVNING-') if name == b"content-disposition" else value
