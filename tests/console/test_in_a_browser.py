"""The pages in a real browser: nothing that keeps anybody out, a board that stays live, secrets that go away."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.clock import WallClock
from app.db import Database
from app.intake.approach import Callback
from app.settings import Settings, settings_from
from tests.at_work import Workplace
from tests.console.office import NUMBER, Office, take
from tests.crash.processes import fork
from tests.looked_at import PICTURES, everything_in, onward, picture, well_made
from tests.routing.test_collisions import A_MEETING, place
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


@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)])
def test_whoever_goes_to_a_colleagues_meeting_gets_to_it_from_the_board(
    chromium: Browser, office: Office, width: int, night: bool
):
    work = Workplace(office)
    oak, elm, anna = place(work, "Eken"), place(work, "Almen"), work.case()
    for where, starts in ((oak, "2026-01-06T14:00"), (elm, "2026-01-07T09:30")):
        anna.do("meetings", place=where, **A_MEETING | {"starts": starts})
    anna.do("incidents", where=oak, kind="watched", when="2026-01-05T08:00", words="En bil")
    office.approach()
    page = desk(chromium, office, "bo", width=width, night=night)
    page.goto("/console/")
    mine = page.get_by_role("region", name="Möten du går på")
    expect(mine.get_by_role("listitem")).to_have_count(2)
    well_made(page, f"board-meetings-{width}")
    onward(page, mine.get_by_role("link").first)
    expect(page.get_by_text("åk inte dit")).to_be_visible()
    well_made(page, f"meetings-of-a-colleague-{width}")
    page.context.close()


def test_the_board_outlives_its_server_and_says_meanwhile_that_it_is_stale(
    chromium: Browser, db: Database, keys: Path
) -> None:
    """Nobody touches the page: the server is killed, and another one starts on its port and its database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = Office(db, keys, public_url=f"http://127.0.0.1:{port}")
    office.clock.at = WallClock().now()
    settings = settings_from(
        env_file=None,
        database_url=db.engine.url.render_as_string(hide_password=False),
        keys_dir=keys,
        public_url=office.public_url,
        surfaces="console",
        second_factor="offered",
    )
    with at_work(settings, port):
        page = desk(chromium, office, "anna")
        page.clock.install()
        page.goto("/console/")
        expect(page.locator("h1")).to_have_text("Inget väntar")
        expect(page.locator("#live.lost")).to_have_count(0)
        first = office.approach().reference
        expect(page.locator("#live")).to_contain_text(first)
        expect(page).to_have_title("(1) Tavlan · Dygnet")
        expect(page.locator("#news")).to_have_text("1 ärende väntar på kontakt")
    for _ in range(2):  # it tries again every second, and no new failure puts off what has to be said
        with page.expect_event("requestfailed", predicate=lambda failed: failed.url.endswith("/console/events")):
            pass
        page.clock.fast_forward(2600)
    expect(page.locator("#live.lost")).to_contain_text(first)
    expect(page.locator("#news.warn")).to_have_text("Tavlan får inte kontakt med servern. Den försöker igen.")
    if PICTURES:
        picture(page, "board-stale")
    second = office.approach().reference
    with at_work(settings, port):
        expect(page.locator("#live:not(.lost)")).to_contain_text(second)
        expect(page).to_have_title("(2) Tavlan · Dygnet")
        expect(page.locator("#news.unseen")).to_have_text("2 ärenden väntar på kontakt")
        page.context.close()


def test_what_came_while_the_board_was_on_its_way_is_on_it(chromium: Browser, office: Office) -> None:
    page = desk(chromium, office, "anna")
    held: list[Route] = []
    page.route("**/console/events", lambda route: held.extend([route]))
    with page.expect_request("**/console/events"):
        page.goto("/console/")
    expect(page.locator("h1")).to_have_text("Inget väntar")
    page.wait_for_timeout(1100)  # for so long an answer is given again
    reference = office.approach().reference
    held[0].continue_()
    expect(page.locator("#live")).to_contain_text(reference)
    page.context.close()


@contextmanager
def at_work(settings: Settings, port: int) -> Iterator[None]:
    """A server process that answers, and in the end is killed, without a moment to tidy up."""
    process = fork(settings, port, doors=True)
    try:
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            process.join(0.02)
            assert process.is_alive()
        yield
    finally:
        process.kill()
        process.join()


def test_what_was_shown_goes_away_after_a_minute_and_nothing_chosen_is_lost(chromium: Browser, office: Office):
    received = office.approach()
    take(office.browser("anna"), received.reference)
    page = desk(chromium, office, "anna")
    page.clock.install()
    page.goto(f"/console/cases/{received.reference}")
    onward(page, "button[value=first_contact]")
    expect(page.locator("#secrets")).to_contain_text("070-174 06 50")
    page.check("input[value=busy]")
    page.clock.run_for(61_000)
    expect(page.locator("#hide")).to_have_count(0)
    assert "174 06 50" not in everything_in(page)
    assert NUMBER not in everything_in(page)
    expect(page.locator("input[value=busy]")).to_be_checked()
    expect(page).to_have_url(re.compile(f"/console/cases/{received.reference}$"))
    page.context.close()


def test_who_locks_one_tab_locks_every_other(chromium: Browser, office: Office):
    page = desk(chromium, office, "anna")
    other = page.context.new_page()
    other.goto(f"/console/cases/{office.approach().reference}")
    page.goto("/console/")
    page.keyboard.press("Alt+KeyL")
    for tab in (page, other):
        tab.wait_for_url("**/console/sign-in")
    page.context.close()
