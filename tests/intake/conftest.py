"""The public face, with the example programme in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.clock import WallClock
from app.db import Database
from app.intake.public import create_public
from app.intake.reception import Desk
from app.programme.apply import EXAMPLE, apply, read
from app.vault.envelope import new_key
from tests.first_day import begun
from tests.serving import served

NOW = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


@pytest.fixture
def public(db: Database) -> FastAPI:
    """The surface, with a desk whose keys nobody keeps."""

    def bring_in() -> None:
        with db.transaction() as session:
            apply(session, read(EXAMPLE), at=NOW, by="operator", duty=new_key("duty").public)

    begun(db, "the example, whose duty key nobody keeps", bring_in)
    desk = Desk(rota=new_key("rota").public, index_key=b"i" * 32)
    return create_public(
        db,
        WallClock(),
        desk,
        public_url="https://line.example.org",
        line_number="+46846500400",
        languages=["sv", "en", "ar", "so"],
    )


@pytest.fixture
def browser(public: FastAPI) -> Iterator[TestClient]:
    """Something that knows how to ask for a page and post a form, and nothing else."""
    with TestClient(public, base_url="https://line.example.org", follow_redirects=False) as browser:
        yield browser


@pytest.fixture
def origin(public: FastAPI) -> Iterator[str]:
    """The surface behind a socket, for a browser that is one."""
    with served(public) as address:
        yield address
