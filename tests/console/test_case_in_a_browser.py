"""Notes, links, broken glass, a month and a calendar's address, in a browser: by thumb, by keyboard, on a desktop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from app.escalation import replies
from app.oncall import changes
from app.staff.directory import by_alias
from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import another_page, onward, well_made

__all__ = ["office"]


def held(office: Office, alias: str) -> str:
    received = office.approach()
    with office.db.transaction() as session:
        replies.take(session, received.case_id, by=by_alias(session, alias), via="console", at=office.now)
    return received.reference


@pytest.mark.parametrize(("width", "night"), [(390, True)])
def test_what_stands_beside_a_case_is_written_by_keyboard_and_is_sound(
    chromium: Browser, office: Office, width: int, night: bool
):
    hers, others = held(office, "anna"), held(office, "bo")
    anna = desk(chromium, office, "anna", width=width, night=night)
    anna.goto(f"/console/cases/{hers}")
    anna.keyboard.press("Alt+KeyN")
    anna.keyboard.type("Ring inte på fredagar.")
    anna.keyboard.press("Tab")
    with another_page(anna):
        anna.keyboard.press("Enter")
    anna.wait_for_selector("text=Anteckningar (1)")
    well_made(anna, f"noted-{width}")
    anna.keyboard.press("Alt+KeyA")
    expect(anna.locator("[name=channel]:focus")).to_be_attached()

    anna.goto(f"/console/glass?case={others}")
    well_made(anna, f"glass-{width}")
    onward(anna, "role=button[name=/Fara/]")
    anna.wait_for_selector("#secrets dl")
    well_made(anna, f"glass-broken-{width}")
    anna.keyboard.press("Escape")
    expect(anna.locator("#secrets dl")).to_have_count(0)
    anna.context.close()


@pytest.mark.parametrize(("width", "night"), [(320, True)])
def test_a_month_and_a_calendars_address_are_sound(chromium: Browser, office: Office, width: int, night: bool):
    with office.db.transaction() as session:
        away = {"starts": office.now + timedelta(days=2), "ends": office.now + timedelta(days=3), "at": office.now}
        bo = by_alias(session, "bo")
        changes.go_away(session, bo, by=bo, **away)
    carin = desk(chromium, office, "carin", width=width, night=night)
    carin.goto("/console/roster/month")
    well_made(carin, f"month-{width}")
    onward(carin, "text=Låt någon stå in >> nth=0")
    expect(carin.locator("#override-starts")).to_have_value("2026-01-07T09:00")
    carin.goto("/console/calendar")
    onward(carin, "text=Ge mig en adress")
    well_made(carin, f"calendar-{width}")
    carin.context.close()


def test_a_sound_is_made_for_whoever_asked_and_a_number_stands_on_the_icon(chromium: Browser, office: Office):
    office.approach()
    anna = desk(chromium, office, "anna")
    anna.goto("/console/")
    anna.click("#sound")
    expect(anna.locator("#sound")).to_have_attribute("aria-pressed", "true")
    anna.reload()
    expect(anna.locator("#sound")).to_have_attribute("aria-pressed", "true")
    well_made(anna, "board-with-sound")
    manifest = anna.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(a => a.json())")
    assert (manifest["name"], manifest["short_name"], manifest["start_url"]) == ("D", "D", "/console/")
    anna.context.close()
