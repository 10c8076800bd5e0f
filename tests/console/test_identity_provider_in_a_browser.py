"""Out to another site and back in a real browser, which keeps our strict cookies from the way back."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.staff.directory import by_alias
from app.staff.signin import make_link
from tests.console.office import Office
from tests.identity_provider import IdentityProvider, open_provider
from tests.looked_at import onward, well_made
from tests.serving import served


@pytest.fixture
def office(db, keys) -> Iterator[Office]:
    """At 127.0.0.1; the provider is at localhost, which is another site."""
    listening = socket.create_server(("127.0.0.1", 0))
    office = Office(db, keys, public_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    with served(office.face, listening=listening):
        yield office


@pytest.fixture
def city(office: Office) -> Iterator[IdentityProvider]:
    with open_provider(lambda: office.now) as provider:
        state = office.face.state
        state.site = replace(state.site, provider=provider.client(office.public_url))
        yield provider


@pytest.fixture
def page(chromium: Browser, office: Office) -> Iterator[Page]:
    context = chromium.new_context(base_url=office.public_url, viewport={"width": 320, "height": 700}, locale="sv-SE")
    yield context.new_page()
    context.close()


def test_there_and_back_with_strict_cookies_and_forms_that_lead_nowhere_else(
    office: Office, city: IdentityProvider, page: Page
):
    with office.db.transaction() as session:
        link = make_link(session, by_alias(session, "anna"), at=office.now, by="operator")
    page.goto(f"/console/enrol/{link}")
    onward(page, "text=Koppla stadens konto")
    page.click("text=Logga in")
    page.wait_for_url("**/console/")
    page.keyboard.press("Alt+l")
    page.wait_for_url("**/console/sign-in")
    well_made(page, "provider-sign-in")
    page.click("text=Logga in med stadens konto")
    expect(page).to_have_title("Staden")
    page.click("text=Logga in")
    page.wait_for_url("**/console/")
    page.goto("/console/account")
    expect(page.locator("#provider")).to_have_text("Stadens konto")
    page.go_back()
    page.go_back()
    expect(page, "the way back does not stay in the history").not_to_have_url(re.compile("code="))

    page.goto("/console/sign-in/provider/return?error=access_denied&state=x")
    expect(page.get_by_role("alert")).to_contain_text("hör svaret inte till den här webbläsaren")
    well_made(page, "provider-refused")
