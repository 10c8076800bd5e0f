"""A browser as slow as a machine on its worst day: what looks at a page too early fails here, and not once in a month.

`DYGNET_SLOWLY=6 pytest FILES` gives every page of every test a processor that is six times as slow, and a network that
takes 60 ms to answer. Fit for 2 to 10; the suite itself runs without.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Error, Page

SLOWLY: Final = float(os.environ.get("DYGNET_SLOWLY", "1"))
"""How many times as slow."""

LATENCY: Final = 10
"""Milliseconds that each answer takes longer, for each time as slow."""


def slowed(browser: Browser) -> Browser:
    """The same browser, whose pages are slow from now on, and whatever they open as well."""
    if SLOWLY > 1:
        browser.on("context", _slow_its_pages)
    return browser


def _slow_its_pages(context: BrowserContext) -> None:
    context.on("page", _slow)


def _slow(page: Page) -> None:
    with suppress(Error):  # a page may be gone before its tools are there
        tools = page.context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWLY})
        unlimited = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        tools.send("Network.emulateNetworkConditions", {"latency": LATENCY * SLOWLY, **unlimited})
