"""What can be seen to be wrong with a page in a real browser, and its picture for whoever wants to look."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PICTURES: Final = os.environ.get("DYGNET_PICTURES", "")
"""A folder for the pictures of the pages; without it none are taken."""


def well_made(page: Page, name: str = "") -> None:
    """Nothing on this page keeps anybody out, and nothing is wider than its window."""
    wrong = faults(page)
    if PICTURES and name:
        picture(page, name)
    assert not wrong, f"{name or page.url}: {'; '.join(wrong)}"


def faults(page: Page, *, axe: bool = True) -> list[str]:
    """What axe finds (it cannot see everything), and how far the page would have to be pushed sideways.

    A click returns as soon as the next page begins: without waiting, axe would judge it before it has its style."""
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
