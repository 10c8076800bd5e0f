"""A browser is asked to show pages: it says no, cannot, or does; and what is pushed to it stands on its screen."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.staff.models import Endpoint, EndpointKind
from tests.console.office import Office
from tests.console.test_in_a_browser import desk, office
from tests.looked_at import another_page, well_made
from tests.receivers import Browser as Subscribed

__all__ = ["office"]

AT_THE_PUSH_SERVICE = "https://fcm.googleapis.com/fcm/send/anna"
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/console/assets/");
  for (let tries = 0; tries < 1200; tries++) {
    const all = await worker.getNotifications();
    if (all.length) return all.map((each) => [each.title, each.body, each.data]);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}"""


@pytest.fixture
def page(chromium: Browser, office: Office) -> Iterator[Page]:
    """Anna, looking at how she is paged. A script that fails fails the test."""
    page = desk(chromium, office, "anna")
    problems: list[object] = []
    page.on("pageerror", lambda problem: problems.extend([problem]))
    page.goto("/console/channels")
    yield page
    page.context.close()
    assert problems == []


def allowed(page: Page, office: Office) -> Page:
    page.context.grant_permissions(["notifications"], origin=office.public_url)
    return page


def asked(page: Page) -> str:
    """What the page says after the button was pressed."""
    page.click("#push button")
    said = page.locator("#push [role=status]:not(:empty)")
    expect(said).to_be_visible()
    well_made(page)
    return said.inner_text()


def subscriptions(office: Office) -> int:
    """How many browsers pages are pushed to."""
    with office.db.reading() as session:
        return session.query(Endpoint).filter_by(kind=EndpointKind.PUSH).count()


def test_who_says_no_reads_how_to_say_yes_and_may_try_again(page: Page, office: Office):
    assert "Tillåt aviseringar" in asked(page)
    allowed(page, office).click("#push button")
    page.wait_for_selector("#push >> text=du larmas som förut")
    assert subscriptions(office) == 0


def test_a_browser_without_its_push_service_says_that_nothing_is_changed(page: Page, office: Office):
    """As here: a private window has none."""
    assert "du larmas som förut" in asked(allowed(page, office))
    assert subscriptions(office) == 0


@pytest.mark.parametrize("missing", ["PushManager", "Notification"])
def test_a_browser_that_cannot_is_told_so_and_shows_no_button(chromium: Browser, office: Office, missing: str):
    page = desk(chromium, office, "anna")
    page.add_init_script(f"delete window.{missing}")
    page.goto("/console/channels")
    expect(page.locator("#no-push")).to_contain_text("hemskärmen")
    expect(page.locator("#push")).to_be_hidden()
    page.context.close()


def test_a_browser_that_was_let_is_on_the_list_from_the_first_press(page: Page, office: Office):
    """The push service is a stand-in: there is none on this machine."""
    subscription = Subscribed(AT_THE_PUSH_SERVICE).subscription
    allowed(page, office).add_init_script(_a_push_service(subscription))
    page.reload()
    with another_page(page):
        page.click("#push button")
    page.wait_for_selector("text=Ta bort")
    assert subscriptions(office) == 1


def test_what_is_pushed_stands_on_the_screen(page: Page, office: Office):
    pushed = {"title": "Dygnet", "body": "D-7KQ4-M: 40 min", "address": "/console/cases/D-7KQ4-M", "tag": "one"}
    asked(allowed(page, office))
    _push(page, office.public_url, json.dumps(pushed))
    assert page.evaluate(SHOWN) == [[pushed["title"], pushed["body"], pushed["address"]]]


def _a_push_service(subscription: dict[str, str]) -> str:
    return f"""
    const given = {json.dumps(subscription)};
    const raw = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const there = {{ endpoint: given.endpoint, getKey: (name) => raw(given[name]).buffer }};
    PushManager.prototype.getSubscription = async () => null;
    PushManager.prototype.subscribe = async () => there;
    """


def _push(page: Page, origin: str, words: str) -> None:
    """As the browser's push service would, by the browser's own tools for those who write pages."""
    tools = page.context.new_cdp_session(page)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(each["registrationId"] for each in told["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    for _ in range(1200):
        page.wait_for_timeout(0 if found else 25)
    tools.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": words})
