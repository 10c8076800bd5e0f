"""The public pages in a real browser: nothing for axe to complain of, and a way out that leaves nothing behind.

`DYGNET_EVERY_PAGE=1` goes through every language at every width, with and without script, and leaves pictures of all
of it in the folder that `DYGNET_PICTURES` names.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.settings import THE_WEATHER
from tests.intake.looking import EVERYTHING, JOURNEYS, Looking
from tests.looked_at import another_page, everything_in, onward
from tests.one_chromium import QUIETLY
from tests.slowly import slowed

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

READ: Final = ("", "2", "3", "4", "5", "privacy", "tips", "accessibility", "mailbox", "nowhere")
QUICKLY: Final = ("", "privacy", "nowhere")


@pytest.mark.parametrize(("language", "width", "scripts", "scheme"), JOURNEYS)
def test_form_to_receipt_with_nothing_to_complain_of(
    chromium: Browser, origin: str, language: str, width: int, scripts: bool, scheme: str
) -> None:
    looking = Looking(chromium, origin, language=language, width=width, scripts=scripts, scheme=scheme)
    page = looking.page
    for address in (*(READ if EVERYTHING else QUICKLY), "work", "contact"):
        looking.read(address)
    page.check("#contact-call")
    open_every_group(page)
    looking.glance("unfolded")
    page.select_option("#age", "15_17")
    page.fill("#place", "Ekeby")
    onward(page, "form button[type=submit]")
    expect(page.locator(".mistakes")).to_be_focused()
    looking.look("mistakes")
    expect(page.locator("#place:visible"), "a group that holds something is open").to_have_value("Ekeby")
    expect(page.locator("#code_word"), "and one that holds nothing is not").to_be_hidden()
    page.locator(".mistakes a").first.click()
    page.locator("#number:focus").wait_for()
    page.fill("#number", "070-174 06 05")
    page.check("#hours-evening")
    open_every_group(page)
    page.check("#day_2")
    onward(page, "form button[type=submit]")
    expect(page.locator(".code")).to_be_visible()
    looking.look("receipt")

    assert looking.complaints == []
    assert looking.context.cookies() == []
    assert "Ekeby" not in everything_in(page)
    looking.context.close()


def open_every_group(page: Page) -> None:
    """By a click on each that is closed."""
    closed = page.locator(".group:not([open]) > summary:visible")
    while closed.count():
        closed.first.click()


def test_the_form_is_filled_in_and_left_by_keyboard_alone(chromium: Browser, origin: str) -> None:
    page = chromium.new_page()
    page.goto(origin + "/sv/contact")
    order = []
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "document.activeElement.id || document.activeElement.type || document.activeElement.tagName"
        )
        order.append(here)
        if here == "SUMMARY":
            page.keyboard.press("Enter")
        if here == "contact-call":  # the first of the group; the arrows choose within it
            page.keyboard.press("ArrowUp")
            expect(page.locator("#contact-none")).to_be_checked()
        if here == "submit":
            page.keyboard.press("Enter")
            break
    page.locator(".code").wait_for()

    assert order[0] == "exit"
    assert {"danger", "age", "place", "gender", "message"} <= set(order)
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_way_out_is_one_key_away_and_the_form_does_not_come_back(
    chromium: Browser, origin: str, scripts: bool
) -> None:
    page = chromium.new_page(java_script_enabled=scripts)
    page.route(f"{THE_WEATHER}/**", _weather)
    page.goto(origin + "/sv/")
    page.goto(origin + "/sv/contact")
    page.fill("#message", "hemligt")
    page.locator("body").evaluate("document.activeElement.blur()") if scripts else page.goto(origin + "/sv/contact")
    page.focus("#exit")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{THE_WEATHER}/")

    page.go_back()

    expect(page).to_have_url(origin + ("/sv/" if scripts else "/sv/contact"))
    if not scripts:
        expect(page.locator("#message")).to_have_value("")
    page.close()


def test_three_times_shift_leaves_in_the_middle_of_a_word_and_a_capital_letter_does_not(
    chromium: Browser, origin: str
) -> None:
    page = chromium.new_page()
    page.route(f"{THE_WEATHER}/**", _weather)
    forgotten = []
    page.on("request", lambda asked: forgotten.append(asked.url) if "/exit" in asked.url else None)
    page.goto(origin + "/sv/")
    page.goto(origin + "/sv/contact")
    page.locator("#message").press_sequentially("Hej")
    for letter in "ABC":
        page.keyboard.press(f"Shift+{letter}")
    expect(page.locator("#exit-said"), "a capital letter is not heard").to_be_empty()
    for said in ("två gånger till", "en gång till"):
        page.keyboard.press("Shift")
        expect(page.locator("#exit-said")).to_contain_text(said)
    page.keyboard.press("Shift")
    page.wait_for_url(f"{THE_WEATHER}/")
    page.go_back()

    expect(page).to_have_url(origin + "/sv/")
    assert forgotten == [f"{origin}/sv/exit"]
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_is_not_there_when_someone_presses_back(chromium: Browser, origin: str, scripts: bool) -> None:
    page = chromium.new_page(java_script_enabled=scripts)
    page.goto(origin + "/sv/contact")
    page.check("#contact-none")
    page.fill("#message", "hemligt")
    onward(page, "form button[type=submit]")
    expect(page.locator(".code")).to_be_visible()

    page.go_back()

    expect(page.locator("#message")).to_have_value("")
    expect(page.locator("#contact-none")).not_to_be_checked()
    page.close()


@pytest.fixture
def keeping(chromium: Browser) -> Iterator[Browser]:
    """A Chromium that keeps whole pages for its Back button, as the one people have does, and a test's does not."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    browser = chromium.browser_type.launch(
        executable_path=path, args=QUIETLY, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield slowed(browser)
    browser.close()


def test_a_browser_that_keeps_pages_for_its_back_button_shows_nothing_that_was_typed(
    keeping: Browser, origin: str
) -> None:
    page = keeping.new_page()
    page.route(f"{THE_WEATHER}/**", _weather)
    for by_the_exit in (True, False):
        page.goto(f"{origin}/sv/")
        page.goto(f"{origin}/sv/contact")
        page.fill("#message", "hemligt")
        with another_page(page):  # the kept one is thrown away, and asked for again
            page.click("#exit") if by_the_exit else page.goto(f"{THE_WEATHER}/")
            page.wait_for_url(f"{THE_WEATHER}/")
            page.go_back(wait_until="commit")
            page.wait_for_url(f"{origin}/sv/" if by_the_exit else f"{origin}/sv/contact")
        if not by_the_exit:
            expect(page.locator("#message")).to_have_value("")


def _weather(route: Route) -> None:
    route.fulfill(body="<title>Weather</title>", content_type="text/html")
