"""Every page that the console answered on a busy day, shown once more in a real Chromium: what a colleague sees after a
mistake or a deed as well as what has an address.

`DYGNET_EVERY_PAGE=1` looks at all of them at 320, 390 and 1280 px, by night and by day (some minutes); otherwise at
some that no other test opens in a browser. `DYGNET_PICTURES=folder` keeps the pictures.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from app.console import console
from tests.busy_day import Day, Request, day
from tests.hotline import PUBLIC_URL
from tests.looked_at import PICTURES, faults, picture

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

EVERYTHING: Final = bool(os.environ.get("DYGNET_EVERY_PAGE"))
LOOKS: Final = [(320, "light"), (390, "dark"), (1280, "light")] if EVERYTHING else [(390, "dark")]
"""Pixels wide, and whether it is night."""

SELDOM_SEEN: Final = ("GET /console/control", "GET /console/retention")
ASSETS: Final = Path(console.__file__).parent / "pages" / "assets"
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LEAD_ON: Final = ("provider.js", "portions.js")
"""Send a page on by themselves, which here would be away from what is looked at."""

ONLY_LEADS_ON: Final = b'http-equiv="refresh" content="0;'

_PART: Final = re.compile(r'(?:id|class)="([a-z][a-z_ -]*)"')


@pytest.mark.parametrize("day", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_keeps_nobody_out_fits_its_window_and_obeys_its_own_policy(
    day: Day, chromium: Browser, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda problem: wrong.append(f"{page.url}: {problem}"))
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if "Policy" in said.text else None)
    seen = list(pages(day))
    for number, request in enumerate(seen):
        shown_again(page, request)
        found = faults(page)
        wrong += [f"{number} {request.door} {request.status}: {fault}" for fault in found]
        if PICTURES:
            picture(page, f"{width}-{number:03}-{re.sub('[^a-z]+', '-', str(request.door).lower())}")
    context.close()
    assert not wrong, "\n".join(wrong)


def pages(day: Day) -> Iterator[Request]:
    """Of all answers that are pages, one of each make: the same door and status and, where all are seen, parts."""
    makes = set()
    for request in day.tape.requests:
        is_page = request.door.face == "console" and b"<!doctype html>" in request.answer
        if not is_page or ONLY_LEADS_ON in request.answer:
            continue
        parts = frozenset(_PART.findall(request.answer.decode())) if EVERYTHING else ()
        make = request.door, request.status, parts
        if make not in makes and (EVERYTHING or str(request.door) in SELDOM_SEEN):
            makes.add(make)
            yield request


def shown_again(page: Page, request: Request) -> None:
    """The recorded answer at its own address, with its own headers, and the files that go with it. Nothing leads on."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            headers = {name: value for name, value in request.answer_headers.items() if name != "set-cookie"}
            route.fulfill(status=request.status, headers=headers, body=request.answer)
        elif (file := ASSETS / Path(path).name).suffix in TYPES and file.name not in LEAD_ON:
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.abort()

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(PUBLIC_URL + request.path)
