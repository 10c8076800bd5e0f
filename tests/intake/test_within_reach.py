"""What axe cannot see: the bar never covers what the keyboard is at, and nothing to press is smaller than 24 px."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from app.clock import WallClock
from app.intake.answers import LONGEST_TYPED
from app.intake.crowd import FREE, LONGEST_LINE, Crowd
from tests.intake.looking import EVERYTHING, LANGUAGES
from tests.intake.test_mailbox_in_a_browser import open_mailbox
from tests.looked_at import onward, well_made

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

COVERED = """() => {
  const here = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector(".bar");
  const within = bar.contains(document.activeElement);
  const seen = within || (here.top >= bar.getBoundingClientRect().bottom - 1 && here.top < innerHeight);
  const one = document.activeElement;
  return [one === document.body ? "" : one.id || one.textContent.trim() || one.tagName,
          seen ? "" : `${here.top}–${here.bottom}`];
}"""
"""What has focus, and where it lies when the top of it is under the bar or outside the window."""

TOO_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter(one => !one.matches(".skip") && one.getClientRects().length)
  .filter(one => !(one.matches("p a, li a") && one.parentElement.textContent.trim() !== one.textContent.trim()))
  .map(one => [one.id || one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 24)
  .map(([name, box]) => `${name} ${box.width} × ${box.height}`)
"""
"""Everything to press that is less than 24 px wide or high; links within a sentence are not meant by the rule."""


UNFOLD = "document.querySelectorAll('details').forEach(group => { group.open = true })"
"""What lies in a folded part of a page is reached as well."""


def stops(page: Page, key: str) -> tuple[list[str], list[str]]:
    """Where the keyboard stops until it comes round again, and which of these stops were covered."""
    names: list[str] = []
    covered: list[str] = []
    for _ in range(200):
        page.keyboard.press(key)
        name, where = page.evaluate(COVERED)
        if not name:
            break
        names.append(name)
        covered += [f"{name} {where}"] if where else []
    return names, covered


@pytest.mark.parametrize("language", LANGUAGES if EVERYTHING else ["ar"])  # whose bar is the highest
def test_nothing_that_has_focus_lies_under_the_bar_and_nothing_is_too_small_to_press(
    chromium: Browser, origin: str, language: str
) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 480})
    home = f"{origin}/{language}/"
    small, covered = list[str](), list[str]()
    for address in ("", "contact"):
        page.goto(home + address)
        page.evaluate(UNFOLD)
        small += page.evaluate(TOO_SMALL)
        for key in ("Tab", "Shift+Tab") if EVERYTHING else ("Shift+Tab",):  # the bar is above: backwards is harder
            names, under = stops(page, key)
            covered += under
            assert len(names) > 15
    page.check("#contact-none")
    onward(page, "main form button[type=submit]")
    small += page.evaluate(TOO_SMALL)
    open_mailbox(page, home, page.locator("#shown").inner_text())
    page.evaluate(UNFOLD)
    small += page.evaluate(TOO_SMALL)
    covered += stops(page, "Tab")[1]

    assert covered == []
    assert small == []
    page.close()


@pytest.mark.parametrize("language", LANGUAGES if EVERYTHING else ["ar"])
def test_whoever_is_asked_to_come_again_hears_it_first_and_finds_everything_as_they_left_it(
    chromium: Browser, public: FastAPI, origin: str, language: str
) -> None:
    crowd = public.state.crowd = Crowd("X-Real-IP")
    crowd.solved_lane.length = crowd.lane.length = LONGEST_LINE
    for _ in range(FREE):
        crowd.comes_again("9.9.9.9", at=WallClock().now())
    page = chromium.new_page(viewport={"width": 320, "height": 480}, extra_http_headers={"X-Real-IP": "9.9.9.9"})
    page.goto(f"{origin}/{language}/contact")
    page.evaluate(UNFOLD)
    page.check("#contact-none")
    page.focus("#message")
    page.keyboard.insert_text("ﷺ" * (LONGEST_TYPED + 10))
    page.fill("#place", "Ekeby")
    onward(page, "main form button[type=submit]")
    expect(page.locator(".mistakes[role=alert]")).to_be_focused()

    well_made(page, f"come-again-{language}")
    expect(page.locator("#message")).to_have_value("ﷺ" * LONGEST_TYPED)
    expect(page.locator("#place:visible")).to_have_value("Ekeby")
    assert page.evaluate(TOO_SMALL) == []
    assert stops(page, "Shift+Tab")[1] == []
    page.close()
