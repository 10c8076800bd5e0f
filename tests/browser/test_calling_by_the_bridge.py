"""A handler's whole night on a phone: the case is taken, the person called and reached, screened, and handed over."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Demo
from tests.browser.test_a_whole_night import phone_of, press, signed_in
from tests.looked_at import well_made

expect.set_options(timeout=20_000)


def test_the_person_is_called_from_the_case_page_screened_and_handed_over(
    demo: Demo, telephones: Page, on_a_phone: BrowserContext
) -> None:
    caller = telephones.locator("#callers article").first
    says_by_key_that_they_may_be_called(caller)
    page = signed_in(demo, on_a_phone)
    page.locator("a.reference").first.click()
    page.locator("section.step button[type=submit]").click()
    bridge = page.locator("#bridge")
    expect(bridge).to_contain_text("Din telefon ringer först")
    expect(bridge).to_contain_text("2 försök kvar")
    well_made(page)

    bridge.locator("button").click()
    expect(bridge).to_contain_text("Din telefon ringer.")
    handler = phone_of(telephones, demo.alias)
    expect(handler).to_contain_text("Ringing")
    answer(handler)
    expect(handler).to_contain_text("För att ringa upp, tryck 1")
    press(handler, "1")
    expect(bridge).to_contain_text("Personen rings upp")
    answer(caller)
    expect(bridge).to_contain_text("Ni är sammankopplade")
    well_made(page)
    bridge.locator("summary").click()
    well_made(page)
    caller.get_by_role("button", name="Hang up").click()
    expect(bridge).to_contain_text("Hur gick det?")
    well_made(page)
    bridge.locator("input[value=reached]").check()
    bridge.locator("button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("Första kontakt")
    is_screened_and_handed_over(page)


def is_screened_and_handed_over(page: Page) -> None:
    """One conversation, a route that is decided, and a unit that takes the person on."""
    page.locator("a[href$='/dossier']").first.click()
    page.click("button[name=sheet][value=screening]")
    page.select_option("#wants_to_leave", "yes")
    page.select_option("#needs_support_and_protection", "yes")
    page.click("text=Spara screeningen")
    expect(page.locator("fieldset ol li")).to_have_count(1)
    page.click("button[name=sheet][value=route]")
    page.locator(".proposed input").first.check()
    page.fill("#reason", "Vill bort och behöver stöd.")
    page.click("button:has-text('Besluta')")
    page.locator("button:has-text('Fråga')").first.click()
    expect(page.locator("main")).to_contain_text("väntar på svar")
    page.click("text=Vägen vidare")
    page.locator("button:has-text('Enheten tar emot')").first.click()
    expect(page.locator("#offers")).to_contain_text("tar emot")
    well_made(page, "a-night-handed-over")


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
        press(caller, key)
    caller.get_by_role("button", name="Hang up").click()


def answer(phone: Locator) -> None:
    phone.get_by_role("button", name="Answer").click()
