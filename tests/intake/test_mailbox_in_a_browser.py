"""The whole journey in a real browser, with script and without: form, receipt, code once more, mailbox, answer."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from app.db import Database
from tests.intake.answering import FROM_US, a_handler_writes
from tests.intake.looking import EVERYTHING, JOURNEYS, Looking
from tests.looked_at import another_page, onward

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

SEND: Final = "main form button[type=submit]"


def open_mailbox(page: Page, home: str, receipt: str) -> None:
    page.goto(f"{home}mailbox")
    page.fill("#receipt", receipt)
    with another_page(page):
        page.press("#receipt", "Enter")
    expect(page.locator("#words")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "width", "scripts", "scheme"),
    JOURNEYS if EVERYTHING else [("sv", 390, True, "light"), ("ar", 320, False, "dark")],
)
def test_form_receipt_mailbox_and_answer_with_nothing_to_complain_of(
    chromium: Browser, db: Database, origin: str, language: str, width: int, scripts: bool, scheme: str
) -> None:
    looking = Looking(chromium, origin, language=language, width=width, scripts=scripts, scheme=scheme)
    page = looking.page
    page.goto(looking.home + "contact")
    page.check("#contact-none")
    onward(page, SEND)
    receipt = page.locator("#shown").inner_text()
    by_script = page.locator(".way button")
    expect(by_script, "a button that needs script is there with script only").to_have_count(int(scripts))
    page.fill("#receipt", "1" * 20)
    onward(page, SEND)
    looking.look("retype-wrong")
    page.fill("#receipt", receipt)
    page.check("#spare")
    onward(page, SEND)
    looking.look("kept")
    spare = page.locator("#shown").inner_text()
    assert spare != receipt

    a_handler_writes(db)
    open_mailbox(page, looking.home, receipt)
    expect(page.locator(".words"), "with its line breaks").to_have_js_property("innerText", FROM_US)
    looking.glance("inside")
    for drawer in page.locator("summary").all():
        drawer.click()
    looking.look("drawers")
    onward(page, "main form[action$=wishes] button")
    looking.look("wishes-mistakes")
    open_mailbox(page, looking.home, receipt)
    page.fill("#words", "Hej, jag är kvar.")
    onward(page, "main form[action$=answer] button")
    looking.glance("done")
    open_mailbox(page, looking.home, receipt)
    page.locator("summary").last.click()
    onward(page, "main form[action$=withdrawal] button")
    looking.look("taken-back")
    open_mailbox(page, looking.home, receipt)
    looking.glance("inside-later")
    open_mailbox(page, looking.home, spare)
    looking.glance("duress")

    assert looking.complaints == []
    assert looking.context.storage_state(indexed_db=True) == {"cookies": [], "origins": []}
    assert not scripts or kept_by_the_browser(page) == []
    looking.context.close()


def kept_by_the_browser(page: Page) -> list[str]:
    """Everything that a page of ours may have left in this browser."""
    found: list[str] = page.evaluate(
        """async () => [
            document.cookie,
            ...Object.keys(localStorage),
            ...Object.keys(sessionStorage),
            ...(await indexedDB.databases()).map(one => one.name),
            ...(globalThis.caches ? await caches.keys() : []),
            ...(navigator.serviceWorker ? await navigator.serviceWorker.getRegistrations() : []).map(String),
        ].filter(Boolean)"""
    )
    return found
