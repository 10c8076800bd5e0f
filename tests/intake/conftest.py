"""The public face, with the example programme in force."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.clock import WallClock
from app.db import Database
from app.intake.public import create_public
from app.intake.reception import Desk
from app.programme.apply import EXAMPLE, apply, read
from app.vault.envelope import new_key

NOW = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


@pytest.fixture
def public(db: Database) -> FastAPI:
    """The surface, with a desk whose keys nobody keeps."""
    with db.transaction() as session:
        apply(session, read(EXAMPLE), at=NOW, by="operator", duty=new_key("duty").public)
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
    server = uvicorn.Server(uvicorn.Config(public, host="127.0.0.1", port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
