"""When the telephone company is what is wrong, the coordinator gets a letter: over TLS, and about nobody."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import Database
from app.notifications import faults, mail
from app.notifications.mail import Mail
from app.staff.directory import Directory
from app.vault.keyring import Keyring
from tests import desk
from tests.marks import ON_ONE_DATABASE
from tests.people import MONDAY, PROGRAMME
from tests.post_office import Office, certificate, opened

__all__ = ["certificate"]

pytestmark = ON_ONE_DATABASE

WITH_ADDRESSES = PROGRAMME.replace('alias = "carin"', 'alias = "carin"\nemail = "carin@example.org"').replace(
    'alias = "anna"', 'alias = "anna"\nemail = "anna@example.org"'
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(certificate: Path) -> Iterator[Office]:
    with opened(certificate) as found:
        yield found


def mail_by(office: Office, certificate: Path | None, scheme: str = "smtp") -> Mail:
    office.from_the_start = scheme == "smtps"
    trusting = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    url = f"{scheme}://dygnet:hemligt@localhost:{office.server_address[1]}"
    return Mail(url, host="linjen.example.org", patience=5, context=trusting)


@pytest.fixture
def refused(db: Database, tmp_path: Path) -> tuple[Database, Directory]:
    """A line whose account the carrier refuses."""
    keyring: Keyring = desk.employ(db, tmp_path, WITH_ADDRESSES)
    with db.transaction() as session:
        faults.found(session, carrier="twilio", channel="sms", code=20003, at=MONDAY)
    return db, Directory(keyring)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_coordinator_gets_one_letter_and_nobody_else_does(refused, office, certificate, scheme):
    post = mail_by(office, certificate, scheme)
    assert mail.tell(*refused, post, at=MONDAY) == 1
    assert mail.tell(*refused, post, at=MONDAY + MINUTE) == 0
    (letter,) = office.letters
    assert "To: carin@example.org" in letter
    assert "From: dygnet@linjen.example.org" in letter
    assert "Vändpunkten" not in letter


def test_nothing_is_said_before_the_line_is_secure(refused, office, certificate):
    mail.tell(*refused, mail_by(office, certificate), at=MONDAY)
    assert {word for secure, word in office.heard if not secure} <= {"EHLO", "STARTTLS"}


def test_a_server_nobody_can_vouch_for_gets_no_letter(refused, office, certificate):
    assert mail.tell(*refused, mail_by(office, None), at=MONDAY) == 0
    assert office.letters == []


def test_a_letter_that_was_not_taken_is_written_again(refused, office, certificate):
    post = mail_by(office, certificate)
    office.refuses = True
    assert mail.tell(*refused, post, at=MONDAY) == 0
    office.refuses = False
    assert mail.tell(*refused, post, at=MONDAY + MINUTE) == 1


def test_without_a_fault_nobody_is_written_to(db: Database, tmp_path: Path, office, certificate):
    keyring = desk.employ(db, tmp_path, WITH_ADDRESSES)
    assert mail.tell(db, Directory(keyring), mail_by(office, certificate), at=MONDAY) == 0
    assert office.letters == []
