"""A new user's first evening with the demo: a call, a text and a form, answered by one handler on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Demo
from tests.looked_at import well_made

expect.set_options(timeout=20_000)  # prompts take as long as it takes to say them

PASSPHRASE = "fyra gula cyklar i regn"


def test_a_call_is_answered_by_text_and_the_caller_is_reached(demo: Demo, telephones: Page, on_a_phone: BrowserContext):
    caller = telephones.locator("#callers article").first
    caller.get_by_role("button", name="Call", exact=True).click()
    expect(caller).to_contain_text("112")
    expect(caller).to_contain_text("svenska")
    press(caller, "1")
    expect(caller).to_contain_text("tryck 3")
    press(caller, "1")
    caller.get_by_role("button", name="Hang up").click()

    handler = phone_of(telephones, demo.alias)
    expect(handler.locator(".inbox")).to_contain_text("väntar")
    if handler.get_by_role("button", name="Decline").is_visible():
        handler.get_by_role("button", name="Decline").click()
    send_text(handler, "1")
    expect(handler.locator(".inbox")).to_contain_text("är ditt")

    page = signed_in(demo, on_a_phone)
    page.locator("a.reference").first.click()
    page.locator("section.card form button[name=because]").first.click()
    expect(page.locator("#secrets")).to_contain_text("070")
    well_made(page)
    page.locator("#attempt input[value=reached]").check()
    page.locator("#attempt button[type=submit]").click()
    expect(page.locator("body")).to_contain_text("Första kontakt")
    assert "070" not in page.locator("main").inner_text()
    page.goto(f"{demo.line}/console/")
    well_made(page)


def test_a_form_gives_a_receipt_that_opens_the_mailbox(demo: Demo, on_a_phone: BrowserContext):
    page = on_a_phone.new_page()
    page.goto(f"{demo.line}/sv/contact")
    well_made(page)
    page.locator("input[name=contact][value=none]").check()
    page.locator("textarea[name=message]").fill("Jag vill bort härifrån.")
    page.locator("form button[type=submit]").last.click()
    receipt = re.search(r"(?:\d{4} ){4}\d{4}", page.locator("main").inner_text())
    assert receipt
    assert "bort härifrån" not in page.content()
    well_made(page)
    page.goto(f"{demo.line}/sv/mailbox")
    page.locator("input[name=receipt]").fill(receipt[0])
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("tog emot")


def test_a_page_call_answered_with_one_takes_the_case(demo: Demo, telephones: Page, on_a_phone: BrowserContext):
    caller = telephones.locator("#callers article").first
    caller.locator(".inbox").wait_for(state="attached")
    send_text(caller, "kan ni hjälpa mig")
    handler = phone_of(telephones, demo.alias)
    expect(handler.locator(".inbox")).to_contain_text("väntar")
    send_text(handler, "?")
    expect(handler.locator(".inbox li")).to_have_count(3)
    page = signed_in(demo, on_a_phone)
    page.locator("a.reference").first.click()
    page.locator("section.step button[type=submit]").click()
    page.locator("section.card form button[name=because]").first.click()
    expect(page.locator("#secrets")).to_contain_text("kan ni hjälpa mig")
    assert caller.locator(".inbox li").count() <= 1, "the person got a reply"


def signed_in(demo: Demo, browser: BrowserContext) -> Page:
    """The console, by the one-time link that the demo printed."""
    page = browser.new_page()
    page.goto(demo.link)
    page.locator("input[name=passphrase]").fill(PASSPHRASE)
    page.locator("button[type=submit]").click()
    page.locator("#board").wait_for()
    return page


def phone_of(telephones: Page, alias: str) -> Locator:
    who = telephones.locator("h3.who", has_text=re.compile(rf"^{alias}"))
    return telephones.locator("#handlers article").filter(has=who)


def press(phone: Locator, key: str) -> None:
    phone.locator(".keys").get_by_role("button", name=re.compile(rf"^{re.escape(key)}")).click()


def send_text(phone: Locator, body: str) -> None:
    phone.locator(".write .words").fill(body)
    phone.locator(".write button").click()
