from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.programme.apply import EXAMPLE, read
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
def duty(keyring):
    return keyring.public("duty")


@pytest.fixture
def now():
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def example_with(tmp_path):
    """The example programme with some of its text replaced, read."""

    def changed(*replaced: tuple[str, str], added: str = ""):
        text = EXAMPLE.read_text(encoding="utf-8")
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "programme.toml"
        path.write_text(text + added, encoding="utf-8")
        return read(path)

    return changed
