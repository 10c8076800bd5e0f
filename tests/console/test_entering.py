"""Entering by hand at the desk: who may, what is refused and loses nothing, and the paper that asks the same."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.entering import WORDS, a_sheet
from tests.looked_at import another_page, onward, well_made

__all__ = ["office"]

LONG_AGO = {"came_on": "2026-01-04", "came_at": "08:00"}


def fields_in_order(page: str) -> list[str]:
    """What the sheet asks, by the sentences beside its fields."""
    asked = re.findall(r"<(?:legend|label for=[^>]*|strong)>([^<]+)</(?:legend|label|strong)>", page)
    return [sentence for sentence in asked if sentence.endswith("?")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"came_on": "i går"}, "Skriv dag och klockslag"),
        ({"came_at": "25:00"}, "Skriv dag och klockslag"),
        ({"came_on": "0001-01-01", "came_at": "00:00"}, "Skriv dag och klockslag"),
        ({"came_on": "2026-01-06"}, "Den tiden har inte varit än"),
        ({"came_on": "2024-12-31"}, "Se efter om året är rätt"),
        (LONG_AGO, "Dygnet har redan gått"),
        ({"way": ""}, "Välj hur det kom"),
        ({"role": "boss"}, "Välj vem det gäller"),
        ({"language": "tlh"}, "Välj språk"),
        ({"contact": ""}, "frågan inte är ställd"),
        ({"number": ""}, "Skriv numret"),
        ({"number": "12"}, "Det numret går inte att nå"),
        ({"number": "+46846500400"}, "Det numret går inte att nå"),
        ({"since": "8"}, "Välj både från och till"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(office: Office, typed, said):
    anna = office.browser("anna")
    sheet = a_sheet(office.now) | typed
    page = anna.post("/console/entering", data={"csrf": anna.word, "nonce": "", **sheet})
    assert page.status_code == 422
    assert said in page.text
    assert WORDS in page.text
    assert all(f'value="{sheet[name]}"' in page.text for name in ("came_on", "came_at", "number"))
    assert office.log("case.opened") == []


@pytest.mark.parametrize(("alias", "may"), [("bo", 200), ("carin", 200), ("dag", 403), ("eva", 403), ("gun", 403)])
def test_who_answers_or_coordinates_enters_and_nobody_else(office: Office, alias: str, may: int):
    browser = office.browser(alias)
    assert browser.get("/console/entering").status_code == may
    posted = browser.post("/console/entering", data={"csrf": browser.word if may == 200 else "", **a_sheet(office.now)})
    assert posted.status_code == (303 if may == 200 else 403)


def test_the_paper_asks_what_the_screen_asks_in_the_same_order_and_knows_nobody(office: Office):
    anna = office.browser("anna")
    screen, paper = anna.get("/console/entering").text, anna.get("/console/paper").text
    asked = [sentence for sentence in fields_in_order(screen) if "läggs det in" not in sentence]
    assert len(asked) >= 15
    on_paper = iter(fields_in_order(paper))
    assert [sentence for sentence in asked if sentence not in on_paper] == []
    assert "samordnare" in paper
    assert not re.search(r"\+?\d{8,}", re.sub(r'content="[^"]*"|data-\w+="[^"]*"|value="[^"]*"', "", paper))
    assert "carin" not in paper


def test_a_letter_is_entered_on_a_phone_by_thumb_and_by_keys_and_the_case_is_there(chromium: Browser, office: Office):
    page = desk(chromium, office, "anna")
    page.goto("/console/")
    onward(page, "a[href='/console/entering']")
    well_made(page, "entering")
    onward(page, "button[type=submit]:has-text('Lägg in')")
    expect(page.locator(".mistake[role=alert] li")).to_have_count(4)
    well_made(page, "entering-mistakes")
    _filled_in_by_keys(page)
    with another_page(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console/cases/"))
    expect(page.locator("#approaches + ol")).to_contain_text("inlagt")
    well_made(page, "entered")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/console/paper")
    well_made(page, "paper")
    page.emulate_media(media="print")
    assert page.pdf(format="A4", print_background=True).count(b"/Type /Page\n") in range(3, 7)
    page.context.close()


def _filled_in_by_keys(page: Page) -> None:
    page.fill("#came_on", "2026-01-05")
    page.fill("#came_at", "08:30")
    for field, value in (("way", "letter"), ("role", "relative"), ("language", "sv")):
        page.focus(f"input[name={field}][value={value}]")
        page.keyboard.press("Space")
    page.fill("#message", WORDS)
    page.focus("button:has-text('Lägg in')")
