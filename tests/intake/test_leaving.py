"""The way out and the way in by Tor, as the answers say it; and that no script runs but the two that stand in pages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.clock import WallClock
from app.db import Database
from app.intake.public import create_public
from app.intake.reception import Desk
from app.settings import THE_WEATHER
from app.vault.envelope import new_key

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

ONION = f"http://{'a' * 56}.onion"
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def test_leaving_tells_the_browser_to_forget_and_leads_on(browser: TestClient) -> None:
    answer = browser.get("/so/exit")

    assert (answer.status_code, answer.headers["location"]) == (303, THE_WEATHER)
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert answer.content == b""


@pytest.mark.parametrize("address", ["", "contact", "mailbox", "tips", "nowhere"])
def test_the_script_in_a_page_is_the_one_that_the_policy_names(browser: TestClient, address: str) -> None:
    answer = browser.get(f"/ar/{address}")
    (script,) = SCRIPT.findall(answer.text)

    assert _digest(script) in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"\son[a-z]+=|javascript:", answer.text.replace(script, ""))


def test_the_receipt_has_one_script_more_and_no_policy_names_a_third(browser: TestClient) -> None:
    nonce = re.search(r'name="nonce" value="([^"]+)"', browser.get("/sv/contact").text)
    assert nonce
    answer = browser.post("/sv/contact", data={"nonce": nonce[1], "contact": "none"})
    policy = answer.headers["content-security-policy"]

    named = set(re.findall(r"'sha256-[^']+'", policy))
    assert {_digest(script) for script in SCRIPT.findall(answer.text)} == named
    assert len(named) == 2


def _digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@pytest.fixture
def in_tor(db: Database, public: object) -> Iterator[TestClient]:
    """The surface of a city that has an address in Tor as well."""
    desk = Desk(rota=new_key("rota").public, index_key=b"i" * 32)
    where = {"public_url": "https://line.example.org", "line_number": "+46846500400", "onion_url": ONION}
    with TestClient(create_public(db, WallClock(), desk, **where), base_url="https://line.example.org") as browser:  # type: ignore[arg-type]
        yield browser


def test_tor_browser_is_told_of_the_same_page_and_never_led_away_from_an_answer(
    in_tor: TestClient, browser: TestClient
) -> None:
    for address in ("/sv/", "/sv/3", "/sv/contact", "/sv/mailbox"):
        assert in_tor.get(address).headers["onion-location"] == f"{ONION}{address}"
        assert "onion-location" not in browser.get(address).headers
    assert "onion-location" not in in_tor.get("/sv/nowhere").headers
    for address in ("/sv/contact", "/sv/mailbox"):
        assert "onion-location" not in in_tor.post(address, data={"contact": "none", "receipt": "1"}).headers
