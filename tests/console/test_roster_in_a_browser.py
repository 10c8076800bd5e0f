"""The roster on a telephone: a turn is offered and taken, somebody is away, somebody stands in, all by tapping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import well_made

__all__ = ["office"]

"""A folder for pictures of the pages, to be looked at."""


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
    anna.click("text=Erbjud passet >> visible=true")
    assert "Erbjudet tors 8 jan. 20:00 – fre 9 jan. 08:00" in anna.inner_text("main")

    fatima = browse("fatima", width=1280, night=False)
    well_made(fatima, "offered")
    fatima.click("role=button[name=/Take the shift/]")
    assert "Your shifts" in fatima.inner_text("main")
    assert fatima.locator("text=Take the shift").count() == 0
    well_made(fatima, "taken")
    anna.reload()
    assert "tors 8 jan. 20:00 – fre 9 jan. 08:00 fatima" in " ".join(anna.inner_text(".week").split())


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_a_coordinator_sees_who_is_away_and_lets_somebody_stand_in(browse, office, width, night):
    carin = browse("carin", width=width, night=night)
    carin.click("text=Säg att någon är borta")
    carin.select_option("#leave-alias", "anna")
    carin.fill("#leave-starts", "2026-01-05T18:00")
    carin.fill("#leave-ends", "2026-01-07T08:00")
    carin.click("text=Spara")
    assert "18:00 – ons 7 jan. 08:00 anna" in " ".join(carin.inner_text("main").split())

    carin.click("text=Sätt in någon")
    well_made(carin, f"overriding-{width}")
    carin.select_option("#override-alias", "dag")
    carin.fill("#override-ends", "2026-01-05T17:00")
    carin.click("text=Sätt in >> nth=-1")
    assert "Välj varför." in carin.inner_text("main [role=alert]")
    assert carin.input_value("#override-ends") == "2026-01-05T17:00", "nothing typed is lost"
    well_made(carin, f"mistaken-{width}")
    carin.click("text=Någon är sjuk")
    carin.click("text=Sätt in >> nth=-1")
    assert carin.inner_text(".person >> nth=0") == "dag"
    well_made(carin, f"overridden-{width}")
    office.clock.at += timedelta(hours=9)
    carin = browse("carin", width=width, night=night)
    assert carin.inner_text(".person >> nth=0") == "fatima"


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_somebody_finds_a_conflict_of_interest(chromium, office, width, night):
    """On the page of a case, where a coordinator can also say that of others."""
    reference = office.approach().reference
    page = desk(chromium, office, "carin", width=width, night=night)
    page.goto(f"/console/cases/{reference}")
    page.click("text=Vem ska ha ärendet")
    well_made(page, f"conflict-{width}")
    page.select_option("#excluded", "anna")
    page.click("text=Håll den personen utanför")
    assert page.url.endswith(reference)
    page.context.close()
    page = desk(chromium, office, "anna", width=width, night=night)
    page.goto("/console/roster")
    assert reference in page.inner_text("[aria-labelledby=conflicts]")
    well_made(page, f"conflicts-{width}")
    page.context.close()
