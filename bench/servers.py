"""What is measured: a prepared database, and web processes on it, each on a free port of this machine's loopback."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.clock import WallClock
from app.db import Database
from app.programme.apply import EXAMPLE, apply, read
from app.vault.keyring import Keyring
from tests import postgres

TOKEN: Final = "the-token-of-the-account"
PUBLIC_URL: Final = "https://linjen.example.org"
OURS: Final = ("--factory", "app.main:from_environment")
BARE: Final = ("bench.bare:app",)


def prepare(url: str, folder: Path) -> Database:
    """The schema, the example programme with its keys, and the bare endpoint's table."""
    Keyring.create(folder / "keys")
    keyring = Keyring.load(folder / "keys")
    database = Database(url)
    database.migrate()
    with database.transaction() as session:
        apply(session, read(EXAMPLE), at=WallClock().now(), by="operator", duty=keyring.public("duty"))
        session.connection().exec_driver_sql("CREATE TABLE bare (source VARCHAR(80) PRIMARY KEY)")
    return database


@contextmanager
def fresh_database(name: str, folder: Path) -> Iterator[str]:
    """The URL of a database that loses nothing when the power goes: a commit is on the disk before it is one."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/dygnet.db"
    else:
        with postgres.running(durable=True) as url:
            yield url


@contextmanager
def serving(url: str, folder: Path, app: tuple[str, ...], **environment: str) -> Iterator[int]:
    """A web process for the app; yields its port."""
    port = _free_port()
    settings = {
        "DATABASE_URL": url,
        "KEYS_DIR": str(folder / "keys"),
        "PUBLIC_URL": PUBLIC_URL,
        "SURFACES": "carrier",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(folder)]),
    }
    command = [sys.executable, "-m", "uvicorn", *app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    server = subprocess.Popen(command, env=settings | environment, cwd=folder)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            line.request("GET", "/healthz")
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not start within thirty seconds")
