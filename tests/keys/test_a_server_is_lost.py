"""A server burnt with all its keys, and nobody is left who held the one to cases: a backup, two pieces of paper, and
the passphrase of a colleague who never held it make another server work."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from app.backup import files
from app.cases import contents
from app.cases.models import Case
from app.db import Database
from app.intake.approach import Approach
from app.intake.reception import Desk, receive
from app.staff import keys as staff_keys
from app.vault.keyfiles import PRIVATE, files_in
from app.vault.locks import Cost
from app.vault.staff_keys import new_staff_key, unwrap, wrap
from tests import desk
from tests.evidence import log
from tests.holding import CHEAP
from tests.keys.test_commands import House, typed
from tests.people import MONDAY

WORDS, PASSPHRASE = "sju blinda hundar på en kaj", b"fyra gula cyklar i regn"
TOLD = "jag vill ut"
OF_STAFF = {"ROTA_KEY": "staff"}


@pytest.fixture(scope="module")
def lost(tmp_path_factory, sqlite_template) -> tuple[House, Path, list[str]]:
    """What is left of it: an empty machine, a folder of backups, and the words on three pieces of paper."""
    burnt, backups = House(tmp_path_factory.mktemp("burnt")), tmp_path_factory.mktemp("backups")
    shutil.copyfile(sqlite_template, burnt.folder / "dygnet.db")
    with closing(Database(burnt.environment["DATABASE_URL"])) as db:
        _lived_in(db, burnt.folder)
    papers = [typed(each) for each in burnt.shares()]
    next(file for file in files_in(burnt.keys) if file.kind == "rota" and file.half == PRIVATE).destroy()
    files.lock_of(backups, WORDS, cost=Cost(passes=1, memory_kib=8, lanes=1))
    done = burnt.run("backup", str(backups), told=WORDS, **OF_STAFF)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(burnt.folder)
    return House(tmp_path_factory.mktemp("elsewhere")), backups, papers


def test_a_backup_and_two_pieces_of_paper_give_the_key_to_a_colleague_and_to_no_disk(lost) -> None:
    house, backups, papers = lost
    restored = house.run("restore", str(backups), told=WORDS, **OF_STAFF)
    assert restored.returncode == 0, restored.stderr
    done = house.run("keys", "recover", "--to", "bo", told=f"{papers[2]}\n{papers[1]}\n", **OF_STAFF)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("restored") == len({file.kind for file in files_in(house.keys)} - {"recovery"})
    assert "rota" not in {file.kind for file in files_in(house.keys) if file.half == PRIVATE}
    with closing(Database(house.environment["DATABASE_URL"])) as db:
        assert _read_by_bo(db) == [TOLD]
        assert [entry["purpose"] for entry in log(db, "keys.granted")] == ["founding", "recovered"]
    tried = house.run("keys", "drill", told=f"{papers[0]}\n{papers[1]}\n", **OF_STAFF)
    assert tried.stdout.startswith("yes"), tried.stderr


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ([], "say to whom it is granted"),
        (["--to", "zorro"], "Nobody on the staff is called zorro"),
        (["--to", "eva"], "does not work with cases"),
        (["--to", "carin"], "has no staff key yet"),
    ],
)
def test_a_colleague_who_cannot_hold_it_is_refused_before_anybody_types_a_share(lost, to: list[str], said: str) -> None:
    house, backups, _ = lost
    if not (house.folder / "dygnet.db").exists():
        assert house.run("restore", str(backups), told=WORDS, **OF_STAFF).returncode == 0
    done = house.run("keys", "recover", *to, **OF_STAFF)

    assert done.returncode == 1
    assert said in done.stderr


def _lived_in(db: Database, folder: Path) -> None:
    """Somebody wrote; Anna held the key and left; Bo has enrolled and was not let in yet."""
    keyring = desk.employ(db, folder)
    with db.transaction() as session:
        for person in (desk.named(session, alias) for alias in ("anna", "bo")):
            key = new_staff_key()
            staff_keys.made(session, person, key, wrap(key, PASSPHRASE, person=person.id, terms=CHEAP), at=MONDAY)
        anna = desk.named(session, "anna")
        staff_keys.give(session, keyring.private("rota"), anna, at=MONDAY, by="anna", because="founding")
        staff_keys.take_grants(session, anna, at=MONDAY, by="gun", because="left")
        received = Approach("form", "a" * 32, "sv", message=TOLD, way_back=None)
        receive(session, Desk(rota=keyring.public("rota"), index_key=bytes(32)), received, at=MONDAY)


def _read_by_bo(db: Database) -> list[str]:
    with db.reading() as session:
        bo = desk.named(session, "bo")
        row, (grant,) = staff_keys.key_of(session, bo), staff_keys.grants_of(session, bo.id)
        assert row
        rota = staff_keys.opened(grant, unwrap(row.wrapped, PASSPHRASE, person=bo.id))
        case = session.scalars(select(Case)).one()
        return [each.text for each in contents.opened(session, case, rota) if each.kind == "message"]
