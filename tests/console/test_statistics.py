"""The figures in the console: what a statistician sees, what only a coordinator does, and what goes into the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.db import Database
from app.programme.apply import apply, read
from tests import people
from tests.console.office import Office, send
from tests.console.test_in_a_browser import desk
from tests.console.test_in_a_browser import office as office_in_a_browser
from tests.looked_at import well_made
from tests.statistics.town import DAY, JANUARY, Town

__all__ = ["office_in_a_browser"]

HERE = "/console/statistics"
"""A folder for pictures of the page, to be looked at."""
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)


def with_a_statistician(office: Office, folder: Path) -> None:
    file = folder / "with_a_statistician.toml"
    file.write_text(people.PROGRAMME.replace('roles = ["auditor"]', 'roles = ["statistician"]'))
    with office.db.transaction() as session:
        apply(session, read(file), at=office.now, by="operator", duty=office.keyring.public("duty"))


def a_winter(db: Database) -> None:
    with db.transaction() as session:
        town = Town(session)
        town.ask(30, JANUARY + DAY, hours=0.4)
        town.ask(12, JANUARY + 2 * DAY, role="relative", hours=4, code="advice")
        town.ask(8, JANUARY + 3 * DAY, role="unknown", hours=None, code="silent_call")
        town.ask(3, JANUARY + 4 * DAY, role="professional", channel="form", hours=30, reason="no_staff")


@pytest.fixture
def winter(office: Office, tmp_path: Path) -> Office:
    """In February, after a January in which fifty-three people asked."""
    with_a_statistician(office, tmp_path)
    a_winter(office.db)
    office.clock.at = FEBRUARY
    return office


def test_a_statistician_sees_what_was_published_and_who_is_few_stays_hidden(winter: Office):
    eva = winter.browser("eva")
    assert "Inget är publicerat" in eva.get(HERE).text
    assert send(eva, f"{HERE}/editions").status_code == 303

    page = eva.get(HERE).text

    assert "färre än 5" in page
    assert '<td class="amount">29–33</td>' in page, "for their own part, by which the few are covered"
    assert '<td class="amount">12</td>' in page
    assert "Nio av tio nåddes" in page
    assert [each["action"] for each in winter.log("statistics.read")] == ["statistics.read"] * 3, (
        "it is where they begin"
    )


def test_a_statistician_sees_nothing_of_anybody_on_the_staff(winter: Office):
    winter.later(hours=1)
    assert "Nätter i jour" not in winter.browser("eva").get(HERE).text
    page = winter.browser("carin").get(HERE).text
    assert "Nätter i jour" in page
    assert "anna" in page


def test_the_file_holds_the_same_and_no_formula(winter: Office):
    eva = winter.browser("eva")
    send(eva, f"{HERE}/editions")
    answer = eva.get(f"{HERE}/sheet?period=2026-01")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="dygnet-2026-01.csv"'
    assert "role,2026-01,2026-01,1,53,professional,few,,0,4" in answer.text
    assert "anna" not in answer.text


@pytest.mark.parametrize("period", ["2026-13", "x", "2026-Q5", "../2026", "=1+1"])
def test_a_period_is_a_month_a_quarter_or_a_year(winter: Office, period: str):
    assert winter.browser("eva").get(HERE, params={"period": period}).status_code == 422


def test_figures_are_no_business_of_whoever_only_answers_or_audits(office: Office):
    for alias in ("anna", "eva", "gun"):
        assert office.browser(alias).get(HERE).status_code == 403


@pytest.mark.parametrize("width", [320, 1280])
def test_the_figures_can_be_read_by_everybody_and_printed(office_in_a_browser: Office, chromium: Browser, width: int):
    office = office_in_a_browser
    a_winter(office.db)
    office.clock.at = FEBRUARY
    send(office.browser("carin"), f"{HERE}/editions")
    page = desk(chromium, office, "carin", width=width, night=False)
    page.goto(HERE)
    well_made(page, f"statistics-{width}")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.locator(".staffing").is_visible()
    page.context.close()
