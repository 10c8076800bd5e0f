from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from app.programme.apply import apply, read
from app.staff.directory import by_alias
from app.staff.signin import enrol, make_link
from app.vault.keyring import Keyring
from tests import people
from tests.conftest import db as db_on_both  # noqa: F401 - for the journeys that are made on PostgreSQL too
from tests.console.office import PASSPHRASE, Office


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "keys"
    Keyring.create(folder)
    return folder


@pytest.fixture(scope="session")
def furnished(sqlite_template: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which the cast is on the staff."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copyfile(sqlite_template, folder / "dygnet.db")
    database = Database(f"sqlite:///{folder}/dygnet.db")
    staff(database, keys, folder)
    database.close()
    return folder / "dygnet.db"


@pytest.fixture
def db(request: pytest.FixtureRequest, furnished: Path, tmp_path: Path) -> Iterator[Database]:
    """Pages are tested on SQLite, and a test that asks for another has to ask for `office_on_both`; `test_a_night.py`
    makes the journeys on both databases."""
    assert getattr(request, "param", "sqlite") == "sqlite"
    shutil.copyfile(furnished, tmp_path / "dygnet.db")
    database = Database(f"sqlite:///{tmp_path}/dygnet.db")
    yield database
    database.close()


@pytest.fixture
def office(db: Database, keys: Path) -> Office:
    return Office(db, keys)


@pytest.fixture
def office_on_both(db_on_both: Database, keys: Path, tmp_path: Path) -> Office:  # noqa: F811
    staff(db_on_both, keys, tmp_path)
    return Office(db_on_both, keys)


@pytest.fixture
def enrolled(office: Office) -> Office:
    """Anna has chosen `PASSPHRASE`."""
    with office.db.transaction() as session:
        link = make_link(session, by_alias(session, "anna"), at=office.now, by="operator")
    enrol(office.db, link, PASSPHRASE, at=office.now)
    return office


@pytest.fixture
def anna(office: Office):
    return office.browser("anna")


def staff(database: Database, keys: Path, folder: Path) -> None:
    """Bring the programme of the cast in."""
    programme = folder / "programme.toml"
    programme.write_text(people.PROGRAMME)
    duty = Keyring.load(keys).public("duty")
    with database.transaction() as session:
        apply(session, read(programme), at=people.MONDAY, by="operator", duty=duty)
