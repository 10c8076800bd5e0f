"""A page may carry a link: it says nothing, leads one person to one case once, and only after they have signed in."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from app.discretion import fits_one_segment
from tests.evidence import everything_kept, log
from tests.hotline import PASSPHRASE, PUBLIC_URL, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER


@pytest.fixture
def linked(hotline: Hotline) -> Hotline:
    """A house that has an address for its links."""
    hotline.settings = hotline.settings.model_copy(update={"page_links": "https://k.example.org"})
    hotline.start()
    return hotline


def link_in(hotline: Hotline, alias: str = "anna") -> str:
    """The path of the link in the last text somebody got."""
    text = hotline.phone(alias).inbox[-1].body
    assert fits_one_segment(text)
    found = re.search(r"https://k\.example\.org(/console/l/[A-Za-z0-9]{16})$", text)
    assert found, text
    return found[1]


def stranger(hotline: Hotline) -> TestClient:
    """A browser in which nobody is signed in."""
    return TestClient(hotline.app, base_url=PUBLIC_URL, follow_redirects=True)


@ON_ONE_DATABASE
def test_it_leads_to_the_case_after_signing_in_and_counts_as_an_answer_to_the_page(linked: Hotline):
    linked.sign_in("anna")
    linked.text_from(A_STRANGER, "hej")
    path = link_in(linked)
    browser = stranger(linked)

    asked = browser.get(path)
    assert asked.url.path == "/console/sign-in"
    assert linked.case().reference not in asked.text
    seen = browser.post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASE, "next": path})

    assert seen.url.path == f"/console/cases/{linked.case().reference}"
    assert [entry["actor"] for entry in log(linked.db, "page.followed")] == ["anna"]
    assert linked.case().hold is None, "to look is not to take"


@ON_ONE_DATABASE
def test_unknown_used_expired_and_somebody_elses_links_answer_alike(linked: Hotline):
    anna, bo = linked.sign_in("anna"), linked.sign_in("bo")
    linked.text_from(A_STRANGER, "hej")
    path = link_in(linked)

    assert bo.get(path).url.path == "/console/", "somebody else's"
    assert anna.get(path).url.path.startswith("/console/cases/"), "and it was not used up by them"
    assert anna.get(path).url.path == "/console/", "used"
    assert anna.get("/console/l/AAAAAAAAAAAAAAAA").url.path == "/console/", "unknown"

    linked.text_from(ANOTHER_STRANGER, "hej")
    late = link_in(linked)
    linked.wait_until(linked.now.replace(hour=11))
    fresh = linked.sign_in("anna")
    assert fresh.get(late).url.path == "/console/", "expired"


@ON_ONE_DATABASE
def test_who_has_not_signed_in_is_answered_alike_whatever_the_link(linked: Hotline):
    linked.text_from(A_STRANGER, "hej")
    path, never = link_in(linked), "/console/l/AAAAAAAAAAAAAAAA"
    answers = [stranger(linked).get(each).text.replace(each, "LINK") for each in (path, never)]
    assert answers[0] == answers[1]
    assert linked.sign_in("anna").get(path).url.path.startswith("/console/cases/"), "to look uses nothing up"


@ON_ONE_DATABASE
def test_the_database_holds_no_link_that_could_be_followed(linked: Hotline):
    linked.text_from(A_STRANGER, "hej")
    assert link_in(linked).rpartition("/")[2].encode() not in everything_kept(linked.db)


@ON_ONE_DATABASE
def test_a_house_without_such_an_address_texts_no_link(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    assert "http" not in hotline.phone("anna").inbox[0].body
