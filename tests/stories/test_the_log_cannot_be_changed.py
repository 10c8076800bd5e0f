"""Promise 10: whoever changes the log, with all the rights there are, is found out by somebody with none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.audit.export import Exported, export
from app.audit.verify import verify
from app.vault.keyring import Keyring
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER


def test_promise_10_the_database_refuses_to_edit_or_delete_what_was_written(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    for deed in ("UPDATE audit_entries SET at = at", "DELETE FROM audit_entries"):
        with pytest.raises(DBAPIError, match="only ever added to"), hotline.db.transaction() as session:
            session.execute(text(deed))


@ON_ONE_DATABASE
def test_promise_10_an_untouched_log_verifies_and_one_with_an_edited_deed_names_the_leaf(hotline: Hotline):
    a_night(hotline)
    first = exported(hotline, "first")
    assert verify(first.folder, first.vkey).ok
    edit_in_the_database(hotline, "anna", "bobo")
    second = exported(hotline, "second")
    report = verify(second.folder, first.vkey)
    assert any("leaf" in line or "leaves" in line for line in report.findings), report.findings


@ON_ONE_DATABASE
def test_promise_10_a_log_cut_short_is_found_out_by_whoever_kept_an_older_checkpoint(hotline: Hotline):
    hotline.engine.sequence()
    early = exported(hotline, "early")
    a_night(hotline)
    late = exported(hotline, "late")
    kept = hotline.folder / "kept.note"
    shutil.copyfile(late.folder / "checkpoint", kept)
    assert verify(late.folder, late.vkey, held=[early.folder / "checkpoint"]).ok
    assert not verify(early.folder, early.vkey, held=[kept]).ok


def a_night(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.record_contact("anna")


def exported(hotline: Hotline, name: str) -> Exported:
    """The log in a folder of its own."""
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    folder: Path = hotline.folder / name
    return export(hotline.db, folder, key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="eva")


def edit_in_the_database(hotline: Hotline, old: str, new: str) -> None:
    """What an administrator could do: take the guard away and write somebody else's name over a deed."""
    with hotline.db.transaction() as session:
        triggers = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in triggers:
            session.execute(text(f'DROP TRIGGER "{name}"'))
        session.execute(
            text(
                "UPDATE audit_entries SET body = CAST(replace(CAST(body AS TEXT), :old, :new) AS BLOB) WHERE id ="
                " (SELECT min(id) FROM audit_entries WHERE CAST(body AS TEXT) LIKE '%contact.first%')"
            ),
            {"old": f'"{old}"', "new": f'"{new}"'},
        )
