"""What an operator is told about keys: what is old, what nobody tried, what would not come back."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from app.db import Database
from app.errors import BadInput
from app.keys import recovery
from app.keys.ages import OLD_AFTER
from app.keys.rotation import Rotation
from app.keys.status import findings
from app.staff import keys as staff_keys
from app.vault.keyfiles import PRIVATE, KeyFile, files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES
from app.vault.recovery import key_from, make_shares
from app.vault.staff_keys import new_staff_key, wrap
from tests import desk
from tests.holding import CHEAP
from tests.marks import ON_ONE_DATABASE
from tests.people import MONDAY

A_DAY = timedelta(days=1)


@pytest.fixture
def folder(db: Database, tmp_path):
    folder = tmp_path / "keys"
    Keyring.create(folder)
    for kind in ("rota", "duty", "index", "audit", "push"):
        list(Rotation(db, folder, kind, MONDAY, "operator").run())
        Rotation(db, folder, kind, MONDAY + A_DAY, "operator").finish()
    return folder


def given_to_anna(db: Database, folder) -> None:
    """She holds the rota key, as after a founding."""
    rota = desk.employ(db, folder.parent).private("rota")
    with db.transaction() as session:
        anna, key = desk.named(session, "anna"), new_staff_key()
        staff_keys.made(session, anna, key, wrap(key, b"a passphrase", person=anna.id, terms=CHEAP), at=MONDAY)
        staff_keys.give(session, rota, anna, at=MONDAY, by="anna", because="founding")


def told(db: Database, folder, at) -> list[str]:
    with db.reading() as session:
        return [each.what for each in findings(session, folder, at=at)]


@ON_ONE_DATABASE
def test_shares_that_nobody_made_or_tried_lately_are_said_and_so_is_an_old_key(db: Database, folder):
    assert told(db, folder, MONDAY)[0].endswith("there are no recovery shares")

    shares = make_shares()
    recovery.take_into_use(db, folder, shares, at=MONDAY, by="operator")
    assert told(db, folder, MONDAY) == ["whether the recovery shares are still there and work was last tried: never"]

    key = key_from(paper.words for paper in shares.papers[1:])
    assert recovery.drill(db, key, at=MONDAY, by="operator")
    assert told(db, folder, MONDAY + OLD_AFTER["rota"]) == []
    assert told(db, folder, MONDAY + OLD_AFTER["rota"] + A_DAY) == [
        "the rota key is 366 days old",
        "whether the recovery shares are still there and work was last tried: 366 days ago",
    ]


@ON_ONE_DATABASE
def test_shares_that_are_made_while_staff_hold_the_rota_key_are_known_to_leave_it_out(db: Database, folder):
    recovery.take_into_use(db, folder, make_shares(), at=MONDAY, by="operator")
    (rota,) = (file for file in files_in(folder) if (file.kind, file.half) == ("rota", PRIVATE))
    given_to_anna(db, folder)
    rota.destroy()
    assert not any("bring back" in what for what in told(db, folder, MONDAY)), "the shares of before have it"

    recovery.take_into_use(db, folder, make_shares(), at=MONDAY + A_DAY, by="operator")
    assert f"the recovery shares would not bring back {rota.key_id}" in told(db, folder, MONDAY + A_DAY)
    list(Rotation(db, folder, "rota", MONDAY + A_DAY, "operator", staff_hold=True).run())
    (lacking,) = (what for what in told(db, folder, MONDAY + A_DAY) if "bring back" in what)
    assert lacking.endswith(rota.key_id), "a new one is copied; what is on the old one is for its holders to seal anew"


@ON_ONE_DATABASE
def test_keys_are_not_brought_back_beside_others_that_were_made_meanwhile(db: Database, folder):
    shares = make_shares()
    recovery.take_into_use(db, folder, shares, at=MONDAY, by="operator")
    shutil.rmtree(folder)
    Keyring.create(folder)
    before = sorted(path.name for path in folder.iterdir())
    key = key_from(paper.words for paper in shares.papers[1:])
    with pytest.raises(BadInput, match="holds other keys"):
        list(recovery.restore(db, folder, key, at=MONDAY, by="operator"))
    assert sorted(path.name for path in folder.iterdir()) == before

    folder.rename(folder.with_name("later"))
    assert len(list(recovery.restore(db, folder, key, at=MONDAY, by="operator"))) == len(IN_FILES)


@ON_ONE_DATABASE
def test_a_key_that_the_shares_would_not_bring_back_is_serious(db: Database, folder):
    recovery.take_into_use(db, folder, make_shares(), at=MONDAY, by="operator")
    list(Rotation(db, folder, "rota", MONDAY, "operator").run())
    assert not any("bring back" in what for what in told(db, folder, MONDAY)), "a new key is copied before it is used"
    raw = Keyring.load(folder, private=("index",)).index_key
    KeyFile("index", 9, "index-00000000", PRIVATE, folder).write(bytes(raw))
    assert "the recovery shares would not bring back index-00000000" in told(db, folder, MONDAY)
