"""Promise 13: a case is forgotten by destroying its key, in backups too, and the log still verifies."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import NoResultFound

from app.audit.export import export
from app.audit.verify import verify
from app.cases import contents
from app.cases.facts import Grant
from app.cases.models import Case
from app.cases.permissions import may_contact
from app.vault.keyring import Keyring
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

pytestmark = ON_ONE_DATABASE


def test_promise_13_a_case_whose_key_is_destroyed_opens_for_nobody_and_the_log_still_verifies(hotline: Hotline):
    hotline.text_from(A_STRANGER, "min lillebror vill hoppa av")
    keyring = Keyring.load(hotline.settings.keys_dir, private=("rota", "audit"))
    assert [one.text for one in opened(hotline, keyring) if one.kind == "message"] == ["min lillebror vill hoppa av"]
    with hotline.db.transaction() as session:
        session.execute(delete(Grant))
    with pytest.raises(NoResultFound):
        opened(hotline, keyring)
    folder = hotline.folder / "log"
    written = export(hotline.db, folder, key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="eva")
    assert verify(folder, written.vkey).ok


def test_promise_13_a_permission_is_over_after_thirty_days(hotline: Hotline):
    hotline.fill_in_form(contact="call", number=A_STRANGER, hours="any")
    local = hotline.now.astimezone(ZoneInfo("Europe/Stockholm"))
    assert may_contact(hotline.case().wishes, "call", local=local + timedelta(days=29))
    assert not may_contact(hotline.case().wishes, "call", local=local + timedelta(days=30))


def opened(hotline: Hotline, keyring: Keyring) -> list[contents.Opened]:
    with hotline.db.reading() as session:
        return contents.opened(session, session.get_one(Case, hotline.case().id), keyring.private("rota"))
