"""The pages in a real browser: nothing that keeps anybody out, a board that stays live, secrets that go away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from app.intake.approach import Callback
from tests.console.office import NUMBER, Office, take
from tests.looked_at import well_made
from tests.serving import served


@pytest.fixture
def office(db, keys) -> Iterator[Office]:
    office = Office(db, keys, public_url="http://127.0.0.1")
    with served(office.face) as origin:
        office.public_url = origin
        yield office


def desk(chromium: Browser, office: Office, alias: str, *, width: int = 390, night: bool = True) -> Page:
    scheme = "dark" if night else "light"
    context = chromium.new_context(
        base_url=office.public_url, viewport={"width": width, "height": 844}, color_scheme=scheme, locale="sv-SE"
    )
    token = office.browser(alias).cookies["dygnet"]
    context.add_cookies([{"name": "dygnet", "value": token, "url": office.public_url}])
    return context.new_page()


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_axe_finds_nothing_and_nothing_is_cut_off(chromium: Browser, office: Office, width: int, night: bool):
    overdue = office.approach(danger=True)
    office.later(hours=24, minutes=5)
    mine = office.approach(callback=Callback(wish="call", number=NUMBER, hours="any"))
    take(office.browser("anna"), mine.reference)
    seen = {
        "anna": [
            "/console/",
            f"/console/cases/{overdue.reference}",
            f"/console/cases/{mine.reference}",
            "/console/channels",
            "/console/x",
        ],
        "gun": ["/console/roster"],
        "eva": ["/console/log", "/console/log?actor=caller", "/console/log?action=case.opened&because=complaint"],
    }
    for alias, paths in seen.items():
        page = desk(chromium, office, alias, width=width, night=night)
        for path in paths:
            page.goto(path)
            well_made(page, path.strip("/").replace("/", "-").replace("?", "-"))
        page.context.close()


def test_a_case_appears_by_itself_and_the_clock_moves(chromium: Browser, office: Office):
    office.later(seconds=1)
    page = desk(chromium, office, "anna")
    page.goto("/console/")
    assert page.inner_text("h1") == "Inget väntar"
    page.wait_for_timeout(300)
    office.clock.at += timedelta(seconds=2)
    reference = office.approach().reference
    page.wait_for_selector(f"text={reference}")
    assert page.title() == "(1) Tavlan · Dygnet"
    assert page.inner_text("#news") == "1 ärende väntar på kontakt"
    page.context.close()


def test_what_was_shown_goes_away_after_a_minute_and_nothing_chosen_is_lost(chromium: Browser, office: Office):
    received = office.approach()
    take(office.browser("anna"), received.reference)
    page = desk(chromium, office, "anna")
    page.clock.install()
    page.goto(f"/console/cases/{received.reference}")
    page.click("button[value=first_contact]")
    assert "070-174 06 50" in page.inner_text("#secrets")
    page.check("input[value=busy]")
    page.clock.run_for(61_000)
    assert "174 06 50" not in page.content()
    assert NUMBER not in page.content()
    assert page.is_checked("input[value=busy]")
    assert page.url.endswith(f"/console/cases/{received.reference}")
    page.context.close()
