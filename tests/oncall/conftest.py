from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.programme.apply import EXAMPLE, apply, read
from app.staff.directory import Directory
from app.vault.keyring import Keyring


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "keys"
    Keyring.create(folder)
    return Keyring.load(folder, private=("duty",))


@pytest.fixture
def directory(keyring):
    return Directory(keyring)


@pytest.fixture
def monday():
    """The Monday on which the example's first turns begin, an hour after they did: anna on call, bo backup."""
    return datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def in_force(db, keyring, directory, tmp_path, monday):
    """Bring in the example programme with some of its text replaced."""

    def in_force(*replaced: tuple[str, str], at=monday):
        text = EXAMPLE.read_text(encoding="utf-8")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "programme.toml"
        path.write_text(text, encoding="utf-8")
        with db.transaction() as session:
            apply(session, read(path), at=at, by="operator", duty=keyring.public("duty"), directory=directory)

    return in_force
