from __future__ import annotations

from pathlib import Path

import pytest

from app.db import Database
from app.vault.keyring import Keyring
from tests.console.office import Office


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "keys"
    Keyring.create(folder)
    return folder


@pytest.fixture
def office(db: Database, keys: Path, tmp_path: Path) -> Office:
    return Office(db, keys, tmp_path)


@pytest.fixture
def anna(office: Office):
    return office.browser("anna")
