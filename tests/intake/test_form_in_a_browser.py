"""The public pages in a real browser: nothing for axe to complain of, and a way out that leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Route

from app.intake.visit import EXIT

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


@pytest.fixture
def origin(public: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(public, host="127.0.0.1", port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def _complaints(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say_along_the_whole_journey(
    chromium: Browser, origin: str, scheme: Literal["light", "dark"]
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    complaints = []
    for address in ("/sv/", "/en/accessibility", "/sv/nowhere", "/sv/mailbox", "/sv/contact"):
        page.goto(origin + address)
        complaints += _complaints(page)
    page.click("button")
    page.locator(".mistakes:focus").wait_for()
    complaints += _complaints(page)
    page.check("#contact-none")
    page.click("button")
    page.locator(".code").wait_for()
    complaints += _complaints(page)

    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.context.cookies() == []
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_way_out_is_one_key_away_and_the_form_does_not_come_back(
    chromium: Browser, origin: str, scripts: bool
) -> None:
    page = chromium.new_page(java_script_enabled=scripts)
    page.route(EXIT, _weather)
    page.goto(origin + "/sv/")
    page.goto(origin + "/sv/contact")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(EXIT)

    page.go_back()

    assert page.url == origin + ("/sv/" if scripts else "/sv/contact")
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_is_not_there_when_someone_presses_back(chromium: Browser, origin: str, scripts: bool) -> None:
    page = chromium.new_page(java_script_enabled=scripts)
    page.goto(origin + "/sv/contact")
    page.check("#contact-none")
    page.fill("#message", "hemligt")
    page.click("button")
    page.locator(".code").wait_for()

    page.go_back()

    assert page.input_value("#message") == ""
    assert not page.is_checked("#contact-none")
    page.close()


def _weather(route: Route) -> None:
    route.fulfill(body="<title>Weather</title>", content_type="text/html")
