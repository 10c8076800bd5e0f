"""What the auditor sees of the log, without having to trust it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.audit import sequencer
from app.audit.models import AuditTile
from app.vault.keyring import Keyring
from tests.console.office import Office


@pytest.fixture
def signed(office: Office, keys) -> Office:
    office.approach()
    key = Keyring.load(keys, private=("audit",)).log_key
    with office.db.transaction() as session:
        sequencer.sequence(session, at=office.now)
        sequencer.checkpoint(session, key, at=office.now, origin="linjen.example.org/log")
    return office


def test_the_latest_entries_are_shown_in_words(signed: Office):
    page = signed.browser("eva").get("/console/log").text
    assert "loggen lästes i konsolen" in page
    assert "det blev ett ärende; klockan går" in page
    assert "case.opened" in page


def test_a_log_that_is_what_was_signed_says_so(signed: Office):
    page = signed.browser("eva").get("/console/log").text
    assert "stämmer med det som finns lagrat" in page
    assert "linjen.example.org/log" in page
    assert "dygnet audit verify DIR" in page


def test_a_tree_that_was_changed_under_its_signature_is_told(signed: Office):
    with signed.db.transaction() as session:
        session.execute(update(AuditTile).values(hashes=b"\x00" * 32 * 8))
    assert "stämmer INTE" in signed.browser("eva").get("/console/log").text


def test_an_unsigned_log_says_so(office: Office):
    assert "Inget är signerat ännu" in office.browser("eva").get("/console/log").text


def test_older_entries_are_a_page_away(office: Office):
    eva = office.browser("eva")
    for _ in range(60):
        eva.get("/console/log")
    first = eva.get("/console/log").text
    older = first.split('href="/console/log?before=')[1].split('"')[0]
    page = eva.get(f"/console/log?before={older}").text
    assert "programfilen lästes in" in page
    assert "programfilen lästes in" not in first


@pytest.mark.parametrize("before", ["0", "-1", "x", "1e9"])
def test_nonsense_in_the_address_is_answered_calmly(office: Office, before: str):
    assert office.browser("eva").get(f"/console/log?before={before}").status_code == 422


def test_reading_the_log_is_in_the_log(office: Office):
    office.browser("eva").get("/console/log")
    assert [(entry["actor"], entry["role"]) for entry in office.log("log.read")] == [("eva", "auditor")]
