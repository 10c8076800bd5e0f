"""Passkeys in a real browser with an authenticator of its own: added, used as the second step and as the only one, and
opening the staff key. And the bar that says when a session ends, and the key that locks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.console.opening import HeldByStaff
from app.staff import sessions
from app.staff.directory import by_alias
from app.staff.factor_models import Passkey
from app.staff.signin import make_link
from tests.console.office import Office
from tests.holding import CHEAP
from tests.looked_at import onward, well_made
from tests.serving import served

PASSPHRASE = "fyra gula cyklar i regn"
HERE = "/console/account"


@pytest.fixture
def office(db, keys) -> Iterator[Office]:
    """At http://localhost, which a browser takes for a safe place, and a passkey's host must have a name."""
    listening = socket.create_server(("127.0.0.1", 0))
    office = Office(db, keys, public_url=f"http://localhost:{listening.getsockname()[1]}")
    with served(office.face, listening=listening):
        yield office


@pytest.fixture
def page(chromium: Browser, office: Office) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=office.public_url, viewport={"width": 390, "height": 844}, locale="sv-SE", color_scheme="dark"
    )
    page = context.new_page()
    add_authenticator(page)
    yield page
    context.close()


def add_authenticator(page: Page) -> None:
    """One that is part of the telephone, asks for a fingerprint, and has PRF."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    about = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True}
    about |= {"hasUserVerification": True, "isUserVerified": True, "hasPrf": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": about})


def enrol(office: Office, page: Page) -> None:
    with office.db.transaction() as session:
        link = make_link(session, by_alias(session, "anna"), at=office.now, by="operator")
    page.goto(f"/console/enrol/{link}")
    page.fill("#passphrase", PASSPHRASE)
    page.click("main button")
    page.wait_for_url("**/console/")


def add_passkey(page: Page) -> None:
    page.goto(HERE)
    page.fill("#name", "telefonen")
    page.click("text=Lägg till en nyckel")
    page.wait_for_selector("text=Dina reservkoder")


def test_a_passkey_is_the_second_step_and_the_only_one_and_a_proof(office: Office, page: Page):
    enrol(office, page)
    well_made(page)
    add_passkey(page)
    expect(page.locator(".codes li")).to_have_count(10)
    well_made(page)
    onward(page, "text=Jag har dem")
    expect(page.locator("main")).to_contain_text("telefonen")
    well_made(page)

    page.keyboard.press("Alt+l")
    page.wait_for_url("**/console/sign-in")
    well_made(page)
    page.fill("#alias", "anna")
    page.fill("#passphrase", PASSPHRASE)
    page.press("#passphrase", "Enter")
    page.wait_for_selector("text=Ett steg till")
    well_made(page)
    page.click("text=Använd din nyckel")
    page.wait_for_url("**/console/")

    page.keyboard.press("Alt+l")
    page.click("text=Logga in med en nyckel")
    page.wait_for_url("**/console/")
    office.later(minutes=6)
    page.goto(HERE)
    page.click("text=Ta bort telefonen")
    page.wait_for_selector("text=Visa att det är du")
    well_made(page)
    page.click("button:has-text('Använd din nyckel')")
    page.wait_for_selector("text=Ingen än.")
    page.goto("/console/account")
    page.click("text=Lägg till en app")
    page.wait_for_selector("svg.square")
    well_made(page)
    assert [entry["facts"]["what"] for entry in office.log("staff.proved_again")] == ["passkey"]


def test_where_staff_hold_the_key_a_passkey_alone_unlocks_it(office: Office, page: Page, tmp_path):
    state = office.face.state
    state.site = replace(state.site, rota=HeldByStaff(tmp_path, terms=CHEAP))
    enrol(office, page)
    add_passkey(page)
    onward(page, "text=Jag har dem")
    page.wait_for_selector("text=öppnar ärenden")
    page.keyboard.press("Alt+l")
    page.wait_for_url("**/console/sign-in")
    page.click("text=Logga in med en nyckel")
    page.wait_for_url("**/console/")
    page.goto("/console/keys")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Logga ut och in igen")
    with office.db.reading() as session:
        kept = session.query(Passkey).one()
        assert kept.box
        assert kept.sign_count > 0


def test_two_minutes_before_the_end_a_bar_asks_and_what_was_typed_stays(office: Office, page: Page):
    enrol(office, page)
    page.clock.install()
    page.goto(HERE)
    page.fill("#name", "halvvägs")
    expect(page.locator("#stay")).to_be_hidden()
    office.clock.at += sessions.IDLE - sessions.IDLE / 20
    page.clock.fast_forward("28:30")
    expect(page.locator("#stay")).to_contain_text("Om 2 min loggas du ut")
    expect(page.locator("#stay")).to_be_visible()
    well_made(page)
    page.click("text=Stanna kvar")
    page.wait_for_selector("#stay", state="hidden")
    office.clock.at += 2 * sessions.IDLE
    page.clock.fast_forward("31:00")
    page.wait_for_selector("text=Du är utloggad")
    expect(page.locator("#name")).to_have_value("halvvägs")
