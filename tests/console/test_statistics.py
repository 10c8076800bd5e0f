"""The figures in the console: what a statistician sees, what only a coordinator does, and what goes into the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, expect

from app.console import console
from app.console.charts import WIDTH, Chart, chart
from app.console.statistics_page import drawn
from app.console.wording import say
from app.db import Database
from app.programme.apply import apply, read
from app.statistics.figures import Between
from app.statistics.models import Edition, EditionCell
from app.statistics.reading import Report
from app.statistics.suppression import Mark, suppressed
from app.statistics.tables import KINDS, Kind, counted_at_once
from tests import people
from tests.console.office import Office, send
from tests.console.test_in_a_browser import desk
from tests.console.test_in_a_browser import office as office_in_a_browser
from tests.looked_at import well_made
from tests.statistics.town import DAY, JANUARY, Town

__all__ = ["office_in_a_browser"]

HERE = "/console/statistics"
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, 9, tzinfo=UTC)
THRESHOLD = 5
PAGES = Environment(loader=FileSystemLoader(Path(console.__file__).parent / "pages"), autoescape=True)
SWEDISH = partial(say, "sv")
SHOWN = PAGES.get_template("charts.html").module


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


def a_second_month(db: Database) -> None:
    with db.transaction() as session:
        town = Town(session)
        town.ask(33, JANUARY + 33 * DAY, role="relative", hours=0.5)
        town.ask(9, JANUARY + 34 * DAY, channel="sms", hours=22)
        town.ask(6, JANUARY + 35 * DAY, channel="form", hours=25, reason="no_staff")


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


def test_a_picture_holds_no_number_that_its_table_does_not(winter: Office):
    a_second_month(winter.db)
    winter.clock.at = MARCH
    carin = winter.browser("carin")
    send(carin, f"{HERE}/editions")
    sections = re.findall(r'<section class="card figures.*?</section>', carin.get(HERE).text, re.DOTALL)
    assert len(sections) > len(list(counted_at_once())) - 2, "each table, the months, the staff"
    for section in sections:
        pictures = "".join(re.findall(r"<svg.*?</svg>", section, re.DOTALL))
        assert pictures or 'aria-labelledby="t-requests"' in section
        assert numbers_said(pictures) <= numbers_said(re.sub(r"<svg.*?</svg>", "", section, flags=re.DOTALL))
    assert "2026-02" in carin.get(HERE).text.split('id="m-first_contact"')[1]


def numbers_said(markup: str) -> set[str]:
    return set(re.findall(r"\d+", re.sub(r"<[^>]*>", " ", markup)))


def published(kind: Kind, counts: Mapping[str, int]) -> Report:
    """What is published of one month with these counts."""
    table = suppressed(counts, threshold=THRESHOLD)
    cells = [
        EditionCell(place=nth, group=cell.group, mark=cell.mark.value, count=cell.count)
        for nth, cell in enumerate(table.cells)
    ]
    month = {"since": "2026-01", "until": "2026-01", "number": 1, "total": table.total, "threshold": THRESHOLD}
    return Report(kind, [Edition(table_name=kind.name, cells=cells, **month)])


def name_of(group: str) -> str:
    return say("sv", f"group.{group}")


def as_picture(picture: Chart) -> str:
    return str(SHOWN.picture(picture, "c", "", name_of, THRESHOLD, SWEDISH))


DIVIDED = [kind for kind in KINDS.values() if len(kind.groups) > 1 and not kind.crosses]


@given(st.data(), st.sampled_from(DIVIDED))
def test_towns_of_which_the_same_is_published_are_drawn_the_same(data: st.DataObject, kind: Kind):
    """So nothing in a picture, no length and no place, comes from a number that is hidden."""
    counts = {group: data.draw(st.integers(0, 40) | st.integers(0, 6)) for group in kind.groups}
    counts[kind.groups[0]] += THRESHOLD
    report = published(kind, counts)
    marks = {cell.group: cell.mark for cell in report.tables[0].cells}
    other = {
        group: data.draw(st.integers(0, THRESHOLD - 1)) if marks[group] is Mark.FEW else count
        for group, count in counts.items()
    }
    if rest := next((group for group, mark in marks.items() if mark is Mark.REST), None):
        other[rest] += sum(counts.values()) - sum(other.values())
    shown = drawn(report)
    pictured = as_picture(shown.chart)

    assert pictured == as_picture(drawn(published(kind, other)).chart)
    table = " ".join(f"{name_of(row.group)} {SHOWN.told(row.number, THRESHOLD, SWEDISH)}" for row in shown.rows)
    assert numbers_said(pictured) <= numbers_said(table)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_a_bar_is_as_long_as_its_number_and_one_that_may_be_nought_has_no_length(bounds: list[tuple[int, int]]):
    numbers = [(str(nth), Between(min(pair), max(pair))) for nth, pair in enumerate(bounds)]
    bars = chart(numbers).bars
    assert [bar.is_hidden for bar in bars] == [min(pair) == 0 < max(pair) for pair in bounds]
    longest = max((bar.number.most for bar in bars if not bar.is_hidden), default=1) or 1
    for bar in (bar for bar in bars if not bar.is_hidden):
        assert bar.solid == WIDTH * bar.number.least // longest
        assert bar.solid <= bar.most <= WIDTH


@pytest.mark.parametrize("width", [320, 1280])
def test_the_figures_can_be_read_by_everybody_and_printed(office_in_a_browser: Office, chromium: Browser, width: int):
    office = office_in_a_browser
    a_winter(office.db)
    a_second_month(office.db)
    office.clock.at = MARCH - timedelta(days=1)
    office.later(days=1)
    send(office.browser("carin"), f"{HERE}/editions")
    page = desk(chromium, office, "carin", width=width, night=False)
    page.goto(HERE)
    well_made(page, f"statistics-{width}")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".staffing")).to_be_hidden()
    page.context.close()
