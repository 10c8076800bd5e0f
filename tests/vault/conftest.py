from __future__ import annotations

import pytest

from app.vault.envelope import Binding, new_key


@pytest.fixture(scope="session")
def rota():
    return new_key("rota")


@pytest.fixture(scope="session")
def another():
    return new_key("rota")


@pytest.fixture
def here():
    return Binding(table="contents", column="number", row="r1", case="c1")
