"""A handler's whole night: paged, the case taken, the person called and reached, screened, and handed over.

By keyboard on a telephone; and with a mouse at a desk, when pictures are wanted.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Demo
from tests.browser.test_a_whole_night import phone_of, signed_in
from tests.browser.test_a_whole_night import press as press_key
from tests.console.test_mornings_in_a_browser import ON_A_PHONE, WIDTHS, press, turn
from tests.looked_at import another_page, onward, well_made


@pytest.mark.parametrize("width", WIDTHS)
def test_the_person_is_called_from_the_case_page_screened_and_handed_over(
    demo: Demo, telephones: Page, chromium: Browser, width: int
) -> None:
    caller, handler = telephones.locator("#callers article").first, phone_of(telephones, demo.alias)
    says_by_key_that_they_may_be_called(caller)
    expect(handler.locator(".inbox")).to_contain_text("väntar")
    page = signed_in(demo, chromium.new_context(viewport={"width": width, "height": 844}, locale="sv-SE"))
    turn(page.locator("a.reference").first, width)
    takes_it(page, width)
    bridge = page.locator("#bridge")
    expect(bridge).to_contain_text("Din telefon ringer först")
    expect(bridge).to_contain_text("2 försök kvar")
    well_made(page, f"a-night-taken-{width}")

    press(bridge.locator("button"), width)
    expect(bridge).to_contain_text("Din telefon ringer.")
    expect(handler).to_contain_text("Ringing")
    answer(handler)
    expect(handler).to_contain_text("För att ringa upp, tryck 1")
    press_key(handler, "1")
    expect(bridge).to_contain_text("Personen rings upp")
    answer(caller)
    expect(bridge).to_contain_text("Ni är sammankopplade")
    well_made(page, f"a-night-connected-{width}")
    press(bridge.locator("summary"), width)
    expect(bridge.locator("details")).to_have_attribute("open", "")
    well_made(page)
    caller.get_by_role("button", name="Hang up").click()
    expect(bridge).to_contain_text("Hur gick det?")
    well_made(page, f"a-night-asked-{width}")
    press(bridge.locator("input[value=reached]"), width)
    turn(bridge.locator("button[type=submit]"), width)
    expect(page.locator("body")).to_contain_text("Första kontakt")
    is_screened_and_handed_over(page, width)
    page.context.close()


def takes_it(page: Page, width: int) -> None:
    """The next step stands on top; by keyboard its own key leads there."""
    if width == ON_A_PHONE:
        page.keyboard.press("Alt+KeyS")
        expect(page.locator("section.step button[type=submit]")).to_be_focused()
        with another_page(page):
            page.keyboard.press("Enter")
    else:
        onward(page, "section.step button[type=submit]")


def is_screened_and_handed_over(page: Page, width: int) -> None:
    """One conversation, a route that is decided, and a unit that takes the person on."""
    turn(page.locator("a[href$='/dossier']").first, width)
    turn(page.locator("button[name=sheet][value=screening]"), width)
    page.select_option("#wants_to_leave", "yes")
    page.select_option("#needs_support_and_protection", "yes")
    turn(page.locator("text=Spara screeningen"), width)
    expect(page.locator("fieldset ol li")).to_have_count(1)
    turn(page.locator("button[name=sheet][value=route]"), width)
    press(page.locator(".proposed input").first, width)
    page.fill("#reason", "Vill bort och behöver stöd.")
    turn(page.locator("button:has-text('Besluta')"), width)
    turn(page.locator("button:has-text('Fråga')").first, width)
    expect(page.locator("main")).to_contain_text("väntar på svar")
    turn(page.locator("text=Vägen vidare").first, width)
    turn(page.locator("button:has-text('Enheten tar emot')").first, width)
    expect(page.locator("#offers")).to_contain_text("tar emot")
    well_made(page, f"a-night-handed-over-{width}")


def says_by_key_that_they_may_be_called(caller: Locator) -> None:
    """They will not wait: this number, any hour, no texts, no voicemail."""
    caller.get_by_role("button", name="Call", exact=True).click()
    for heard, key in (
        ("svenska", "1"),
        ("tryck 3", "1"),
        ("stjärna", "Star"),
        ("på numret du ringer från", "1"),
        ("När som helst", "1"),
        ("skickar sms", "2"),
        ("telefonsvararen", "2"),
    ):
        expect(caller).to_contain_text(heard)
        press_key(caller, key)
    caller.get_by_role("button", name="Hang up").click()


def answer(phone: Locator) -> None:
    phone.get_by_role("button", name="Answer").click()
