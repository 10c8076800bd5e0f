"""Promise 12: no address, browser or device of a visitor is kept anywhere, the log lines included."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from tests.evidence import everything_kept
from tests.hotline import PUBLIC_URL, Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE

pytestmark = ON_ONE_DATABASE

ADDRESS, PLANTED = "203.0.113.77", "planterad-zq"
BROWSER = f"Mozilla/5.0 ({PLANTED})"
HEADERS = {
    "User-Agent": BROWSER,
    "X-Forwarded-For": ADDRESS,
    "Forwarded": f"for={ADDRESS}",
    "Referer": f"https://a.test/{PLANTED}",
}


def test_promise_12_neither_the_visitors_address_nor_their_browser_is_kept_anywhere(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    visitor = TestClient(hotline.app, base_url=PUBLIC_URL, headers=HEADERS, client=(ADDRESS, 50000))
    form = hidden_fields(visitor.get("/sv/contact").text)["nonce"]
    visitor.post("/sv/contact", data={"nonce": form, "contact": "none"})
    visitor.post("/sv/mailbox", data={"receipt": "1" * 20})
    visitor.get("/sv/finns-inte")
    kept = everything_kept(hotline.db)
    for trace in (ADDRESS, PLANTED):
        assert trace.encode() not in kept
        assert not [line for line in caplog.messages if trace in line and "HTTP Request" not in line]


def test_promise_12_no_cookie_is_set_and_no_page_is_remembered(hotline: Hotline):
    for address in ("/sv/", "/sv/contact", "/en/mailbox"):
        page = hotline.doors.get(address)
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
