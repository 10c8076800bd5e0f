"""A backup is brought back whole, and what was forgotten since it was made opens for nobody, whatever keys are held."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, NoResultFound

from app.audit.export import export
from app.audit.verify import verify
from app.backup import files, rows
from app.backup.making import OPENERS, back_up
from app.backup.passing import PassingKey
from app.backup.restoring import restore
from app.cases import contents
from app.cases.facts import Grant
from app.cases.models import Case
from app.db import Base, Database
from app.errors import BadInput, Misconfigured
from app.programme.retention import Begins, RetentionClass, RetentionRule
from app.retention import shredding
from app.retention.classes import Verdict
from app.retention.models import Stone
from app.vault.keyring import Keyring
from app.vault.locks import CannotUnlock, Cost
from tests.audit import turning
from tests.desk import a_database
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
WORDS = "sju blinda hundar på en kaj"
A_RULE = RetentionRule(keep=timedelta(days=30), begins=Begins.CLOSING)


@pytest.fixture
def elsewhere(hotline: Hotline, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the other kind."""
    (tmp_path / "elsewhere").mkdir()
    with a_database("postgresql" if hotline.db.is_sqlite else "sqlite", request, tmp_path / "elsewhere") as found:
        yield found
        found.close()


def test_what_was_forgotten_since_opens_for_nobody_and_the_rest_is_back(
    hotline: Hotline, elsewhere: Database, tmp_path: Path
) -> None:
    hotline.text_from(A_STRANGER, "min lillebror vill hoppa av")
    hotline.text_from(ANOTHER_STRANGER, "jag vill ut")
    folder, grants = tmp_path / "backups", boxes(hotline.db)
    folder.mkdir()
    lock = files.lock_of(folder, WORDS, cost=CHEAP)
    old = back_up(hotline.db, folder, lock, at=hotline.now, by="operator").path
    first, second = hotline.cases()
    openers_of_then = (folder / OPENERS).read_bytes()
    forget(hotline, first)
    hotline.wait_until(hotline.now + timedelta(hours=1))
    newer = back_up(hotline.db, folder, lock, at=hotline.now, by="operator").path
    told = b"\n".join(files.read(old, lock))

    assert all(box not in told for box in grants)  # no backup of rows ever held what opens a case
    assert (folder / OPENERS).read_bytes() != openers_of_then
    assert sum(box in b"\n".join(files.read(folder / OPENERS, lock)) for box in grants) == 1
    done = restore(elsewhere, folder, lock, of=old.name, at=hotline.now, by="operator")
    assert (done.forgotten, done.shut) == (1, 0)
    keyring = Keyring.load(hotline.settings.keys_dir, private=("rota", "audit"))
    assert opened(elsewhere, second, keyring) == ["jag vill ut"]
    with pytest.raises(NoResultFound):
        opened(elsewhere, first, keyring)
    with elsewhere.reading() as session:
        assert session.get_one(Case, first.id).is_forgotten
        assert session.scalars(select(Stone.case_id)).all() == [first.id]
    signed = {"key": keyring.log_key, "origin": keyring.log_name}
    written = export(elsewhere, tmp_path / "log", at=hotline.now, by="eva", **signed)
    assert verify(tmp_path / "log", written.vkey).ok
    with pytest.raises(Misconfigured, match="not empty"):
        restore(elsewhere, folder, lock, of=newer.name, at=hotline.now, by="operator")


def test_the_newest_backup_is_the_same_house_row_for_row(hotline: Hotline, elsewhere: Database, tmp_path: Path) -> None:
    hotline.fill_in_form(contact="call", number=A_STRANGER, hours="any", message="hjälp")
    lock = files.lock_of(tmp_path, WORDS, cost=CHEAP)
    back_up(hotline.db, tmp_path, lock, at=hotline.now, by="operator")
    before = counted(hotline.db)
    restore(elsewhere, tmp_path, lock, of=None, at=hotline.now, by="operator")
    after = counted(elsewhere)

    more = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    assert set(more) <= rows.NEVER | {"audit_entries", "audit_unsequenced"}
    assert more["audit_entries"] == 1


def test_a_log_of_two_years_is_brought_back_with_both_and_the_closed_one_stays_closed(
    hotline: Hotline, elsewhere: Database, tmp_path: Path
) -> None:
    key = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    signed = {"key": key.log_key, "origin": key.log_name}
    for at in (turning.EVE, turning.NEW_YEAR):
        turning.write(hotline.db, at)
        turning.sign(hotline.db, key.log_key, at, line=key.log_name)
    lock = files.lock_of(tmp_path, WORDS, cost=CHEAP)
    back_up(hotline.db, tmp_path, lock, at=turning.NEW_YEAR, by="operator")
    restore(elsewhere, tmp_path, lock, of=None, at=turning.NEW_YEAR, by="operator")

    written = export(elsewhere, tmp_path / "log", at=turning.NEW_YEAR, by="eva", **signed)
    assert verify(written.folder, written.vkey).findings == []
    assert [path.name for path in (written.folder / "earlier").iterdir()] == ["2026"]
    with pytest.raises(DBAPIError, match="that is closed never changes"), elsewhere.transaction() as session:
        session.execute(text("DELETE FROM audit_tiles WHERE tree = 1"))


@ON_ONE_DATABASE
def test_an_older_copy_opens_for_nobody_once_its_own_key_has_passed_away(
    hotline: Hotline, elsewhere: Database, tmp_path: Path
) -> None:
    hotline.text_from(A_STRANGER, "min lillebror vill hoppa av")
    folder, stick, safe = tmp_path / "backups", tmp_path / "stick", tmp_path / "safe"
    for place in (folder, stick, safe):
        place.mkdir()
    lock = files.lock_of(folder, WORDS, cost=CHEAP)
    passing = PassingKey([stick / "openers.key", safe / "openers.key"], lock)
    (case,) = hotline.cases()

    def backed_up() -> bytes:
        hotline.wait_until(hotline.now + timedelta(hours=1))
        back_up(hotline.db, folder, lock, at=hotline.now, by="operator", passing=passing)
        return (folder / OPENERS).read_bytes()

    before = backed_up()
    forget(hotline, case)
    last, newest = backed_up(), backed_up()

    (folder / OPENERS).write_bytes(before)
    with pytest.raises(CannotUnlock, match="too old"):
        passing.of(folder / OPENERS)
    (folder / OPENERS).write_bytes(last)
    assert passing.of(folder / OPENERS), "a copy that is a night behind still opens"
    (folder / OPENERS).write_bytes(newest)
    (stick / "openers.key").unlink()
    with pytest.raises(CannotUnlock, match="--key-in"):
        restore(elsewhere, folder, lock, of=None, at=hotline.now, by="operator")
    with pytest.raises(BadInput, match="--key-in"):
        back_up(hotline.db, folder, lock, at=hotline.now, by="operator")
    done = restore(elsewhere, folder, lock, of=None, at=hotline.now, by="operator", passing=passing)
    assert (done.forgotten, done.shut) == (0, 0)
    with elsewhere.reading() as session:
        assert session.get_one(Case, case.id).is_forgotten


def test_the_key_that_passes_away_lies_elsewhere_and_a_power_cut_leaves_one_too_many(tmp_path: Path) -> None:
    for name in ("backups", "stick"):
        (tmp_path / name).mkdir()
    lock, openers = files.lock_of(tmp_path, WORDS, cost=CHEAP), tmp_path / "backups" / OPENERS
    for place in ("backups/openers.key", "not mounted/openers.key"):
        with pytest.raises(BadInput), PassingKey([tmp_path / place], lock).renewed(openers):
            pass
    passing = PassingKey([tmp_path / "stick" / "openers.key"], lock)
    with passing.renewed(openers) as first:
        files.write(openers, first, [b"first"])
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), passing.renewed(openers):
            raise ZeroDivisionError("the power went")

    assert list(files.read(openers, passing.of(openers))) == [b"first"]
    with passing.renewed(openers) as second:
        files.write(openers, second, [b"second"])
    assert list(files.read(openers, passing.of(openers))) == [b"second"]
    assert len(passing.places[0].read_text().splitlines()) == 1 + 2


def test_a_file_that_was_changed_cut_or_renamed_is_refused_and_so_is_another_passphrase(tmp_path: Path) -> None:
    lock, path = files.lock_of(tmp_path, WORDS, cost=CHEAP), tmp_path / "rows-1.backup"
    lines = [b"%d" % nth * 1000 for nth in range(400)]
    files.write(path, lock, lines)
    kept = path.read_bytes()

    assert list(files.read(path, files.lock_of(tmp_path, WORDS))) == lines
    with pytest.raises(CannotUnlock):
        files.lock_of(tmp_path, "another passphrase")
    (tmp_path / "rows-2.backup").write_bytes(kept)
    length = int.from_bytes(kept[:4]) + 5
    for name, broken in {
        "rows-1.backup": kept[:-1] + bytes([kept[-1] ^ 1]),
        "rows-2.backup": kept,
        "rows-3.backup": kept[:length],
    }.items():
        (tmp_path / name).write_bytes(broken)
        with pytest.raises((CannotUnlock, Misconfigured)):
            list(files.read(tmp_path / name, lock))
    path.write_bytes(kept[:length])
    with pytest.raises(Misconfigured, match="cut short"):
        list(files.read(path, lock))


def forget(line: Hotline, case: Case) -> None:
    verdict = Verdict(RetentionClass.SILENT, A_RULE, line.now, ())
    with line.db.transaction() as session:
        shredding.forget(session, case.id, verdict, at=line.now, by="engine")


def boxes(db: Database) -> list[bytes]:
    with db.reading() as session:
        return [base64.b64encode(grant.box.box) for grant in session.scalars(select(Grant))]


def opened(db: Database, case: Case, keyring: Keyring) -> list[str]:
    with db.reading() as session:
        found = contents.opened(session, session.get_one(Case, case.id), keyring.private("rota"))
        return [one.text for one in found if one.kind == "message"]


def counted(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
