"""`dygnet check` knocks at the mail server and at webhooks, and says who lacks a way that others have."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.check import ways
from app.programme.apply import current
from app.vault.keyring import Keyring
from app.worker import OPENED
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.post_office import certificate, opened
from tests.receivers import receiver
from tests.ways import ADDRESSES, programme, subscribe, told

__all__ = ["certificate"]

pytestmark = ON_ONE_DATABASE


def found(line: Hotline) -> list[str]:
    keyring = Keyring.load(line.settings.keys_dir, private=OPENED)
    with line.db.reading() as session:
        in_force = current(session)
    return [finding.what for finding in ways.findings(line.settings, line.db, keyring, in_force)]


def test_a_line_that_uses_telephones_alone_is_told_nothing(hotline: Hotline) -> None:
    assert found(hotline) == []


def test_a_ladder_by_letter_wants_a_mail_server(hotline: Hotline) -> None:
    hotline.apply(programme(by='["email"]'))
    assert found(hotline) == ["there is no mail server (SMTP_URL)", "no email is set up for fatima"]


def test_a_mail_server_that_answers_is_well_and_one_that_refuses_or_is_gone_is_not(
    hotline: Hotline, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotline.apply(programme(by='["sms"]'))
    with opened(certificate) as office:
        told(hotline, smtp_url=SecretStr(office.url))
        assert found(hotline) == ["the mail server refuses us (code 454)"], "nobody vouches for its certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert found(hotline) == []
        office.knows_nobody = True
        assert found(hotline) == ["the mail server refuses us (code 535)"]
        assert not office.letters
    assert found(hotline) == ["the mail server does not answer"]


def test_who_has_no_browser_is_named_once_somebody_has_one(hotline: Hotline) -> None:
    with receiver() as service:
        told(hotline, push_services=("127.0.0.1",))
        assert found(hotline) == []
        subscribe(hotline, "anna", service)
    assert found(hotline) == ["no push is set up for bo, carin, dag, fatima"]


def test_a_webhook_that_nobody_listens_to_is_found(hotline: Hotline) -> None:
    with receiver() as service:
        hotline.apply(programme(by='["sms"]', webhook=f"{service.url}/pager"))
        assert found(hotline) == []
    assert found(hotline) == ["anna's webhook cannot be connected to"]
    assert ADDRESSES["anna"] not in "".join(found(hotline))
