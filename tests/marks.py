"""On which databases a test runs: on both, unless it is marked. Where it would say nothing it is not run at all."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

ON_ONE_DATABASE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
"""For stories in which no row is fought over, and whose statements PostgreSQL hears from another test as well: one
database tells them as well as two."""

ON_SQLITE = ON_ONE_DATABASE
"""For what only SQLite has: its settings."""

ON_POSTGRESQL = pytest.mark.parametrize("db", ["postgresql"], indirect=True)
"""For what only PostgreSQL has: several writers at once, TRUNCATE, replicas."""


def not_tested(what: str) -> NoReturn:
    """Something a test needs is not on this machine: a failure in CI, and elsewhere a skip that nobody overlooks."""
    if os.environ.get("CI"):
        pytest.fail(f"NOT TESTED: {what}")
    pytest.skip(f"NOT TESTED: {what}")
