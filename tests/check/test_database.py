"""A database on another machine is spoken to where nobody can listen, or `dygnet check` says so."""

from __future__ import annotations

import pytest

from app.check.database import findings
from app.postgres import address


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("sqlite:///var/dygnet.db", False),
        ("postgresql:///dygnet?host=/run/postgresql", False),
        ("postgresql://dygnet@localhost/dygnet", False),
        ("postgresql://dygnet@[::1]:5433,127.0.0.2/dygnet", False),
        ("postgresql://dygnet@db1/dygnet", True),
        ("postgresql://dygnet@db1/dygnet?sslmode=require", True),
        ("postgresql://dygnet@127.0.0.1,192.0.2.7:5434/dygnet", True),
        ("postgresql://dygnet@db1,db2/dygnet?sslmode=verify-full", False),
    ],
)
def test_a_line_that_somebody_could_listen_at_is_told_of(url: str, is_told: bool) -> None:
    assert bool([*findings(address(url))]) is is_told
