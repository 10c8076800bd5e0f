"""A new user's first evening with the demo: a call, a text and a form, answered by one handler on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Demo
from tests.looked_at import everything_in, onward, well_made

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
    onward(page, page.locator("a.reference").first)
    onward(page, page.locator("section.card form button[name=because]").first)
    expect(page.locator("#secrets")).to_contain_text("070")
    well_made(page)
    page.locator("#attempt input[value=reached]").check()
    onward(page, "#attempt button[type=submit]")
    expect(page.locator("body")).to_contain_text("Första kontakt")
    expect(page.locator("main")).not_to_contain_text("070")
    page.goto(f"{demo.line}/console/")
    well_made(page)


def test_a_form_gives_a_receipt_that_opens_the_mailbox(demo: Demo, on_a_phone: BrowserContext):
    page = on_a_phone.new_page()
    page.goto(f"{demo.line}/sv/contact")
    well_made(page)
    page.locator("input[name=contact][value=none]").check()
    page.locator("textarea[name=message]").fill("Jag vill bort härifrån.")
    onward(page, page.locator("form button[type=submit]").last)
    receipt = re.search(r"(?:\d{4} ){4}\d{4}", page.locator("main").inner_text())
    assert receipt
    assert "bort härifrån" not in everything_in(page)
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
    onward(page, page.locator("a.reference").first)
    onward(page, "section.step button[type=submit]")
    onward(page, page.locator("section.card form button[name=because]").first)
    expect(page.locator("#secrets")).to_contain_text("kan ni hjälpa mig")
    telephones.reload()
    telephones.locator("#handlers article").first.wait_for()  # now the telephones show how they are
    expect(caller.locator(".inbox li").nth(1), "the person got a reply").not_to_be_attached()


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
