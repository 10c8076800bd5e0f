"""Every key can be replaced while doors and engines run; what was sealed, sent and handed out before still works."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.export import export
from app.audit.note import Signer
from app.audit.verify import verify
from app.cases.facts import Grant
from app.errors import BadInput
from app.keys.hanging import BOXES
from app.keys.rotation import Rotation
from app.keys.sessions import end_all
from app.keys.status import findings
from app.notifications.proven import of as proven
from app.staff.directory import by_alias
from app.vault import rotation as batches
from app.vault.keyfiles import files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES
from app.vault.sealed import Sealed
from tests import desk
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER


def replaced(hotline: Hotline, *kinds: str) -> None:
    """New generations; every process has seen them."""
    for kind in kinds:
        list(rotation(hotline, kind).run())
    time.sleep(1.05)


def rotation(hotline: Hotline, kind: str, **later: float) -> Rotation:
    return Rotation(hotline.db, hotline.settings.keys_dir, kind, hotline.now + timedelta(**later), "operator")


def test_a_line_whose_keys_are_all_replaced_goes_on_as_if_nothing_had_been(hotline: Hotline):
    given = verifier_key(hotline)
    hotline.text_from(A_STRANGER, "min lillebror vill hoppa av")
    receipt = receipt_in(hotline.fill_in_form(contact="none", message="jag också"))

    replaced(hotline, *IN_FILES)
    hotline.text_from(ANOTHER_STRANGER, "en till")

    assert hotline.numbers_reached, "pages go out to numbers that are sealed anew"
    assert readers(hotline) == {Keyring.load(hotline.settings.keys_dir).public("rota").key_id}
    shown = revealed(hotline)
    assert all(words in shown for words in ("lillebror", "jag också", "en till"))
    assert "K" in hotline.open_mailbox(receipt)
    assert_still_verifies(hotline, given)


def test_what_was_proved_of_a_channel_stays_proved_in_a_new_box(hotline: Hotline):
    with hotline.db.reading() as session:
        told = {alias: set(proven(session, by_alias(session, alias))) for alias in ("anna", "bo")}
    replaced(hotline, "duty")
    with hotline.db.reading() as session:
        assert {alias: set(proven(session, by_alias(session, alias))) for alias in told} == told


@ON_ONE_DATABASE
def test_a_process_that_has_not_seen_the_new_key_loses_nothing(hotline: Hotline):
    list(rotation(hotline, "rota").run())
    hotline.text_from(A_STRANGER, "medan processen var gammal")  # less than a second later: the old ring
    assert len(readers(hotline)) == 1
    list(rotation(hotline, "rota").run())
    assert readers(hotline) == {Keyring.load(hotline.settings.keys_dir).public("rota").key_id}
    assert "gammal" in revealed(hotline)


@ON_ONE_DATABASE
def test_an_old_key_goes_when_nothing_needs_it_and_not_before(hotline: Hotline):
    folder = hotline.settings.keys_dir
    old = Keyring.load(folder).public("rota").key_id
    hotline.text_from(A_STRANGER, "hej")
    receipt = receipt_in(hotline.fill_in_form(contact="none", message="jag"))
    replaced(hotline, "rota", "index")

    with pytest.raises(BadInput, match="younger than a minute"):
        rotation(hotline, "rota").finish()
    with pytest.raises(BadInput, match="1 in case_mailboxes"):
        rotation(hotline, "index", hours=1).finish()
    assert rotation(hotline, "rota", hours=1).finish() == [old]
    assert old not in {file.key_id for file in files_in(folder)}
    assert rotation(hotline, "rota", hours=1).finish() == []
    assert "K" in hotline.open_mailbox(receipt)
    assert {"keys.rotated", "keys.resealed", "keys.destroyed"} <= set(actions(hotline))


@ON_ONE_DATABASE
def test_a_row_that_does_not_open_keeps_no_old_key_and_is_named(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from(ANOTHER_STRANGER, "hej igen")
    with hotline.db.transaction() as session:
        grant = session.scalars(select(Grant).where(Grant.reader.startswith("rota-"))).first()
        assert grant
        lost, grant.box = grant.case_id, Sealed(grant.box.box[:-1] + b"?")
    replaced(hotline, "rota")

    assert len(rotation(hotline, "rota", hours=1).finish()) == 1
    with hotline.db.reading() as session:
        told = [each.what for each in findings(session, hotline.settings.keys_dir, at=hotline.now) if each.serious]
    assert [what.partition(": ")[2] for what in told] == [lost]
    assert "hej" in revealed(hotline)


@ON_ONE_DATABASE
def test_ending_every_session_signs_everybody_out(hotline: Hotline):
    browser = hotline.sign_in("anna")
    assert browser.get("/console/").status_code == 200
    assert end_all(hotline.db, at=hotline.now, by="operator") == 1
    assert browser.get("/console/", follow_redirects=False).status_code == 303


@ON_ONE_DATABASE
def test_a_forgotten_case_is_not_brought_back_by_a_rotation_in_the_middle(hotline: Hotline):
    hotline.text_from(A_STRANGER, "glöm mig")
    keyring = Keyring.load(hotline.settings.keys_dir, private=("rota",))
    old, new = keyring.private("rota"), keyring.public("rota")
    grants = BOXES["rota"][0]
    with hotline.db.reading() as session:
        (row,) = batches._next(session, grants, old.key_id, None, 10)
    with hotline.db.transaction() as session:
        session.delete(session.scalars(select(Grant)).one())
    with hotline.db.transaction() as session:
        batches._write(session, grants, [(row, grants.reseal(row, old, new))], new)
    assert readers(hotline) == set()


def receipt_in(page: str) -> str:
    found = re.search(r"(?:\d{4}\s){4}\d{4}", page)
    assert found
    return found.group()


def readers(hotline: Hotline) -> set[str]:
    with hotline.db.reading() as session:
        return set(session.scalars(select(Grant.reader).where(Grant.reader.startswith("rota-"))))


def revealed(hotline: Hotline) -> str:
    """What a handler who takes every case sees of them."""
    browser, shown = hotline.sign_in("anna"), ""
    said = {"csrf": hidden_fields(browser.get("/console/").text)["csrf"], "because": "first_contact"}
    for case in hotline.cases():
        browser.post(f"/console/cases/{case.reference}/hold", data=said)
        shown += browser.post(f"/console/cases/{case.reference}/reveal", data=said).text
    return shown


def actions(hotline: Hotline) -> list[str]:
    with hotline.db.reading() as session:
        return desk.actions(session)


def verifier_key(hotline: Hotline) -> str:
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    return str(Signer(keyring.log_name, keyring.log_key).verifier_key)


def assert_still_verifies(hotline: Hotline, given: str) -> None:
    """For an auditor who was given the key of then, and for one who is given the key of now."""
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    key, origin = keyring.log_key, keyring.log_name
    made = export(hotline.db, hotline.folder / "log", key=key, origin=origin, at=hotline.now, by="eva")
    assert made.vkey != given
    assert made.vkey.partition("+")[0] == given.partition("+")[0], "the log keeps its name"
    for trusted in (given, made.vkey):
        report = verify(made.folder, [trusted])
        assert report.ok, report.findings
        assert "1 handovers from key to key, against the log" in report.checked
    (made.folder / "handovers" / "1.note").unlink()
    assert not verify(made.folder, [given]).ok
