"""What can be seen to be wrong with a page in a real browser, and its picture for whoever wants to look."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

PICTURES: Final = os.environ.get("DYGNET_PICTURES", "")
"""A folder for the pictures of the pages; without it none are taken."""


def onward(page: Page, thing: str | Locator) -> None:
    """Click on what leads to another page, and stand there."""
    with another_page(page):
        (page.locator(thing) if isinstance(thing, str) else thing).click()


@contextmanager
def another_page(page: Page) -> Iterator[None]:
    """What is done within leads to another page, though it be at the same address. Afterwards all of that is there.

    Its style has come and its scripts have run, so what a script makes can be looked for, and what is not there will
    not come. By itself a click, and a key even more, may return while the old page still stands."""
    page.evaluate("document.documentElement.dataset.old = ''")
    yield
    expect(page.locator("html:not([data-old])")).to_be_attached()
    page.wait_for_load_state("load")


def everything_in(page: Page) -> str:
    """The whole page as it stands, scripts and hidden fields and all."""
    page.wait_for_load_state("load")
    return page.content()


def well_made(page: Page, name: str = "") -> None:
    """Nothing on this page keeps anybody out, and nothing is wider than its window."""
    wrong = faults(page)
    if PICTURES and name:
        picture(page, name)
    assert not wrong, f"{name or page.url}: {'; '.join(wrong)}"


def faults(page: Page, *, axe: bool = True) -> list[str]:
    """What axe finds (it cannot see everything), and how far the page would have to be pushed sideways.

    Not to be called right after a click: axe would judge the old page, or a new one without its style."""
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"] if axe else []
    wrong = [f"{one['id']}: {node['html'][:90]}" for one in found for node in one["nodes"]]
    room = page.viewport_size["width"] if page.viewport_size else 0
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > room:
        wrong.append(f"{wide} px wide in a window of {room}")
    return wrong


def picture(page: Page, name: str) -> None:
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
