"""What a new colleague meets on a small telephone: the rooms at the foot, links below buttons, every part once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo.marked import WORD, Marked
from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import faults, well_made
from tests.serving import served

__all__ = ["office"]

CUT_OFF = """() => [...document.querySelectorAll("nav a, nav button")].filter(one => {
  const seen = one.getBoundingClientRect();
  return one.scrollWidth > one.clientWidth || seen.right > innerWidth || seen.bottom > innerHeight || seen.height > 72;
}).map(one => one.innerText)"""
"""What of the rooms does not fit in its place, or takes three lines."""

UNDER_A_BUTTON = """() => [...document.querySelectorAll("main p > a")].filter(link => {
  const above = [...document.querySelectorAll("main .button")].map(one => one.getBoundingClientRect().bottom);
  const top = link.getBoundingClientRect().top;
  return above.some(bottom => top >= bottom && top - bottom < 8);
}).map(one => one.innerText)"""
"""Links that stand so close below a button that a thumb takes the other."""


@pytest.mark.parametrize("alias", ["carin", "eva", "gun"])
def test_no_room_is_cut_off_on_a_small_telephone(chromium: Browser, office: Office, alias: str):
    page = desk(chromium, office, alias)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto("/console/")
        assert page.evaluate(CUT_OFF) == [], width
        assert faults(page, axe=False) == []
    page.context.close()


def test_no_link_stands_right_under_a_button(chromium: Browser, office: Office):
    page = desk(chromium, office, "carin")
    for path in ("glass", "calendar", "places", "offers"):
        page.goto(f"/console/{path}")
        assert page.evaluate(UNDER_A_BUTTON) == [], path
    page.context.close()


def test_the_page_of_all_parts_is_itself_well_made(chromium: Browser, office: Office):
    page = desk(chromium, office, "anna")
    page.goto("/console/style")
    well_made(page, "style")
    page.context.close()


def test_a_practice_says_so_wherever_one_scrolls_and_though_no_style_arrives(chromium: Browser, office: Office):
    with served(Marked(office.face)) as origin:
        office.public_url = origin
        page = desk(chromium, office, "anna")
        page.goto("/console/")
        well_made(page, "practice-board")
        page.mouse.wheel(0, 2000)
        _says_so(page)
        expect(page).to_have_title(re.compile(f"^{WORD}"))

        page.route("**/*.css", lambda route: route.abort())
        page.goto("/console/roster")
        _says_so(page)
        page.context.close()


def _says_so(page: Page) -> None:
    banner = page.locator(".practice")
    expect(banner).to_contain_text(WORD)
    expect(banner).to_be_in_viewport(ratio=1)
