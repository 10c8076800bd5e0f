"""The roster on a telephone: a turn is offered and taken, somebody is away, somebody stands in, all by tapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import onward, well_made

__all__ = ["office"]


@pytest.fixture
def browse(chromium: Browser, office: Office) -> Iterator:
    """Open the roster as somebody, at a width."""
    opened: list[Page] = []

    def browse(alias: str, *, width: int = 390, night: bool = True) -> Page:
        page = desk(chromium, office, alias, width=width, night=night)
        page.goto("/console/roster")
        opened.append(page)
        return page

    yield browse
    for page in opened:
        page.context.close()


def test_a_turn_is_offered_and_taken_with_a_thumb(browse):
    anna = browse("anna")
    anna.click("text=Erbjud en kollega >> nth=0")
    anna.fill("#offer1-starts", "2026-01-08T20:00")
    anna.fill("#offer1-ends", "2026-01-09T08:00")
    well_made(anna, "offering")
    onward(anna, "text=Erbjud passet >> visible=true")
    expect(anna.locator("main")).to_contain_text("Erbjudet tors 8 jan. 20:00 – fre 9 jan. 08:00")

    fatima = browse("fatima", width=1280, night=False)
    well_made(fatima, "offered")
    onward(fatima, "role=button[name=/Take the shift/]")
    expect(fatima.locator("main")).to_contain_text("Your shifts")
    expect(fatima.locator("text=Take the shift")).to_have_count(0)
    well_made(fatima, "taken")
    anna.reload()
    expect(anna.locator(".week")).to_contain_text("tors 8 jan. 20:00 – fre 9 jan. 08:00 fatima", use_inner_text=True)


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_a_coordinator_sees_who_is_away_and_lets_somebody_stand_in(browse, office, width, night):
    carin = browse("carin", width=width, night=night)
    carin.click("text=Säg att någon är borta")
    carin.select_option("#leave-alias", "anna")
    carin.fill("#leave-starts", "2026-01-05T18:00")
    carin.fill("#leave-ends", "2026-01-07T08:00")
    onward(carin, "text=Spara")
    expect(carin.locator("main")).to_contain_text("18:00 – ons 7 jan. 08:00 anna", use_inner_text=True)

    carin.click("text=Sätt in någon")
    expect(carin.locator("#override-alias")).to_be_visible()
    well_made(carin, f"overriding-{width}")
    carin.select_option("#override-alias", "dag")
    carin.fill("#override-ends", "2026-01-05T17:00")
    onward(carin, "text=Sätt in >> nth=-1")
    expect(carin.locator("main [role=alert]")).to_contain_text("Välj varför.")
    expect(carin.locator("#override-ends"), "nothing typed is lost").to_have_value("2026-01-05T17:00")
    well_made(carin, f"mistaken-{width}")
    carin.click("text=Någon är sjuk")
    onward(carin, "text=Sätt in >> nth=-1")
    expect(carin.locator(".person").first).to_have_text("dag")
    well_made(carin, f"overridden-{width}")
    office.clock.at += timedelta(hours=9)
    carin = browse("carin", width=width, night=night)
    expect(carin.locator(".person").first).to_have_text("fatima")


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_somebody_finds_a_conflict_of_interest(chromium, office, width, night):
    """On the page of a case, where a coordinator can also say that of others."""
    reference = office.approach().reference
    page = desk(chromium, office, "carin", width=width, night=night)
    page.goto(f"/console/cases/{reference}")
    page.click("text=Vem ska ha ärendet")
    expect(page.locator("#excluded")).to_be_visible()
    well_made(page, f"conflict-{width}")
    page.select_option("#excluded", "anna")
    onward(page, "text=Håll den personen utanför")
    expect(page).to_have_url(re.compile(f"{reference}$"))
    page.context.close()
    page = desk(chromium, office, "anna", width=width, night=night)
    page.goto("/console/roster")
    expect(page.locator("[aria-labelledby=conflicts]")).to_contain_text(reference)
    well_made(page, f"conflicts-{width}")
    page.context.close()
