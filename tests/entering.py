"""Entering an approach by hand, for tests: the sheet a colleague has in their hand, typed as they type it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from httpx2 import Response
from starlette.testclient import TestClient

from tests.hotline import hidden_fields

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NUMBER, WORDS = "+46701740664", "Han stod vid disken och skakade. Säg inget till Ramona."


def on_the_wall(at: datetime) -> dict[str, str]:
    """A moment as somebody in Stockholm types it."""
    local = at.astimezone(STOCKHOLM)
    return {"came_on": f"{local:%Y-%m-%d}", "came_at": f"{local:%H:%M}"}


def a_sheet(came: datetime, **changed: str) -> dict[str, str]:
    """What is typed of somebody who came to the desk and may be called."""
    asked = {"way": "visit", "role": "self", "language": "sv", "contact": "call", "number": NUMBER, "hours": "any"}
    return on_the_wall(came) | asked | {"message": WORDS} | changed


def enter(browser: TestClient, came: datetime, **changed: str) -> Response:
    """Open the sheet, fill it in and send it."""
    opened = hidden_fields(browser.get("/console/entering").text.rpartition("<form")[2])
    return browser.post("/console/entering", data=opened | a_sheet(came, **changed))
