"""The public pages as they are served: light, quick to leave, and nothing on them from anywhere else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

PAGES = ["", "contact", "mailbox", "accessibility", "no-such-page"]

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


class _Order(HTMLParser):
    """What a keyboard reaches, in order; and everything a page fetches."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.reached: list[dict[str, str | None]] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in {"a", "button", "input", "textarea"}:
            self.reached.append(attributes)
        fetched = attributes.get("src") or (attributes.get("href") if tag in {"link", "img"} else "")
        if tag in {"link", "script", "img"} and fetched and not fetched.startswith("data:"):
            self.fetched.append(fetched)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_left_at_once_and_gives_nothing_away(browser: TestClient, language: str, page: str) -> None:
    answer = browser.get(f"/{language}/{page}")
    order = _Order(answer.text)

    assert order.reached[0]["id"] == "exit"
    assert str(order.reached[0]["href"]).startswith("https://")
    assert "112" in answer.text
    assert re.findall("<title>(.*)</title>", answer.text) in (["Kontakt"], ["Contact"])
    assert f'<html lang="{language}" dir="ltr">' in answer.text
    assert all(address.startswith("/assets/") for address in order.fetched)
    assert "style=" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("language", ["sv", "sv-simple", "en", "ar", "so"])
@pytest.mark.parametrize("page", ["", "2", "3", "4", "5"])
def test_the_first_page_is_one_request_and_a_stylesheet_and_light(
    browser: TestClient, language: str, page: str
) -> None:
    first = browser.get(f"/{language}/{page}")
    (sheet,) = _Order(first.text).fetched

    assert "import" not in browser.get(sheet).text
    assert len(first.content) + len(browser.get(sheet).content) < 30_000


@pytest.mark.parametrize(
    ("asked", "given"),
    [("en-GB,en;q=0.9,sv;q=0.8", "en"), ("ti, sv;q=0.5", "sv"), ("", "sv"), ("ar", "ar"), (",;=%", "sv")],
)
def test_the_front_leads_to_a_language_the_browser_asks_for(browser: TestClient, asked: str, given: str) -> None:
    answer = browser.get("/", headers={"accept-language": asked})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/{given}/")


def test_a_language_we_do_not_speak_has_no_pages(browser: TestClient) -> None:
    assert browser.get("/tlh/").status_code == browser.get("/tlh/contact").status_code == 404
