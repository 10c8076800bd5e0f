"""A person's own data on a telephone in a real browser: every page of it, and the paper as it is printed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from app.demands import requests
from app.staff.directory import by_alias
from tests.console.office import Office, take
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import PICTURES, onward, well_made

__all__ = ["office"]


def granted(office: Office) -> None:
    with office.db.transaction() as session:
        carin, dag = (by_alias(session, alias) for alias in ("carin", "dag"))
        asked = requests.note(session, "own_data", "person", received_at=office.now, by=carin, at=office.now)
        requests.assess(session, asked.id, "secrecy_informant", by=carin, at=office.now)
        requests.decide(session, asked.id, "granted_in_part", by=dag, at=office.now)


def put_together(page: Page, reference: str) -> None:
    page.goto(f"/console/cases/{reference}")
    onward(page, "text=Personen begär ut sina uppgifter")
    well_made(page, "own-data")
    onward(page, "text=Sammanställ uppgifterna")
    page.select_option("#w1", "another")
    page.check("input[name=identity][value=document]")
    page.check("input[name=way][value=in_person]")
    well_made(page, "own-parts")
    onward(page, "text=Spara, för en annan att släppa")
    expect(page.locator(".warn")).to_contain_text("Väntar på att en annan")


def test_what_is_kept_is_put_together_let_go_and_printed(chromium: Browser, office: Office):
    received = office.approach()
    granted(office)
    take(office.browser("anna"), received.reference)
    page, second = desk(chromium, office, "anna"), desk(chromium, office, "dag", width=1280)
    put_together(page, received.reference)
    second.goto("/console/demands")
    well_made(second, "own-released")
    onward(second, "text=Släpp det")
    expect(second.locator("text=Registerutdrag att släppa")).to_have_count(0)
    page.reload()
    onward(page, "text=Visa för utskrift")
    expect(page.locator(".withheld")).to_contain_text("26 kap. 1 § OSL")
    well_made(page, "own-paper")
    if PICTURES:
        page.pdf(path=Path(PICTURES) / "own-paper.pdf", format="A4")
    page.context.close()
    second.context.close()
