"""An administrator's new colleague, by keyboard alone on a telephone: a link, a passphrase, a passkey, codes on paper,
a proved channel, the board; and later, when everything is lost, a new beginning by two people's word."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.console.console import create_console
from app.staff.directory import Directory, by_alias
from app.staff.factor_models import CodeApp
from app.staff.probes import Probe
from tests.console.office import Office
from tests.console.test_passkeys_in_a_browser import PASSPHRASE, add_authenticator
from tests.looked_at import another_page, well_made
from tests.serving import served

HERE = "/console/people"


@pytest.fixture
def office(db, keys) -> Iterator[Office]:
    """Where a second factor is required, at a host that passkeys take for a safe place."""
    listening = socket.create_server(("127.0.0.1", 0))
    office = Office(db, keys, public_url=f"http://localhost:{listening.getsockname()[1]}")
    office.face = create_console(
        db, office.clock, office.keyring, public_url=office.public_url, second_factor_is_required=True
    )
    with served(office.face, listening=listening):
        yield office


def test_a_new_colleague_comes_in_and_begins_anew_after_losing_everything(chromium: Browser, office: Office):
    gun, bo = at_a_desk(chromium, office, "gun"), at_a_desk(chromium, office)
    link = gun_gives_a_link(gun)
    bo_comes_in(bo, link)
    bo_proves_a_channel(bo, office)
    bo.goto("/console/")
    expect(bo.locator("h1")).to_be_visible()
    well_made(bo, "people-board-390")

    gun.goto(HERE)
    open_card(gun, "bo")
    choose(gun, "#reset-bo", "lost")
    press(gun, "Be om en ny början bo")
    expect(gun.locator("#bo .warn")).to_contain_text("gun bad om en ny början")
    well_made(gun, "people-asked-390")

    carin = at_a_desk(chromium, office, "carin")
    carin.goto(HERE)
    well_made(carin, "people-second-390")
    press(carin, "Jag vet att det är bo: ta bort allt och visa länken")
    expect(carin.locator("#link code")).to_be_visible()
    well_made(carin, "people-link-390")
    bo.goto("/console/")
    bo.wait_for_url("**/console/sign-in**")
    bo_comes_in(at_a_desk(chromium, office), carin.inner_text("#link code"))

    wide = at_a_desk(chromium, office, "gun", width=1280)
    wide.goto(HERE)
    well_made(wide, "people-1280")
    open_card(wide, "anna")
    choose(wide, "#cut_off-anna", "left")
    press(wide, "Stäng av nu anna")
    expect(wide.locator("#barred-anna")).to_be_visible()
    well_made(wide, "people-barred-1280")
    assert [entry["actor"] for entry in office.log("staff.reset_agreed")] == ["carin"]


def gun_gives_a_link(gun: Page) -> str:
    gun.goto(HERE)
    well_made(gun, "people-390")
    open_card(gun, "bo")
    press(gun, "Ge en engångslänk bo")
    expect(gun.locator("#link code")).to_be_visible()
    expect(gun.locator("#link-head")).to_be_focused()
    return gun.inner_text("#link code")


def bo_comes_in(bo: Page, link: str) -> None:
    bo.goto(link)
    expect(bo.locator("#passphrase")).to_be_focused()
    bo.keyboard.type(PASSPHRASE)
    bo.keyboard.press("Enter")
    bo.wait_for_url("**/console/account")
    expect(bo.locator("main .warn")).to_contain_text("andra steg innan du kommer vidare")
    expect(bo.locator("#name")).to_be_visible()
    tab_to(bo, "document.activeElement.id === 'name'")
    bo.keyboard.type("telefonen")
    bo.keyboard.press("Enter")
    expect(bo.locator(".codes li")).to_have_count(10)
    with another_page(bo):
        press(bo, "Jag har dem")
    bo.wait_for_url("**/console/account")


def bo_proves_a_channel(bo: Page, office: Office) -> None:
    bo.goto("/console/channels")
    press(bo, "Skicka en kod sms")
    expect(bo.locator("#sms-code")).to_be_visible()
    with office.db.reading() as session:
        (probe,) = session.query(Probe)
        code = Directory(office.keyring).code_of(session, probe.id)
    tab_to(bo, "document.activeElement.id === 'sms-code'")
    bo.keyboard.type(code)
    with another_page(bo):
        bo.keyboard.press("Enter")
    expect(bo.locator("#sms .tag.reached")).to_be_visible()


def at_a_desk(chromium: Browser, office: Office, alias: str = "", *, width: int = 390) -> Page:
    context = chromium.new_context(
        base_url=office.public_url,
        viewport={"width": width, "height": 844},
        locale="sv-SE",
        color_scheme="dark" if width < 1000 else "light",
    )
    page = context.new_page()
    add_authenticator(page)
    if alias:
        have_a_factor(office, alias)
        token = office.browser(alias).cookies["dygnet"]
        context.add_cookies([{"name": "dygnet", "value": token, "url": office.public_url}])
    return page


def have_a_factor(office: Office, alias: str) -> None:
    with office.db.transaction() as session:
        person, seed = by_alias(session, alias), {"key_id": "index-00000000", "box": b"sealed"}
        since = {"sealed_at": office.now, "made_at": office.now, "confirmed_at": office.now}
        session.merge(CodeApp(person_id=person.id, **seed, **since))


def open_card(page: Page, alias: str) -> None:
    """Open what can be done for a colleague, by keyboard."""
    press(page, f"Gör något för {alias}")
    expect(page.locator(f"#{alias} details")).to_have_attribute("open", "")


def choose(page: Page, field: str, value: str) -> None:
    tab_to(page, f"document.activeElement.matches('{field}')")
    page.keyboard.press("ArrowDown")
    for _ in range(5):
        if page.input_value(field) == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen in {field}")


def press(page: Page, words: str) -> None:
    """Go to what is called so, and press Enter."""
    tab_to(page, f"document.activeElement.innerText?.replace(/\\s+/g, ' ').trim() === '{words}'")
    page.keyboard.press("Enter")


def tab_to(page: Page, is_there: str) -> None:
    page.wait_for_load_state("load")
    for _ in range(150):
        if page.evaluate(is_there):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {is_there}")
