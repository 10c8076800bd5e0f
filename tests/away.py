"""The database goes away and comes back: a SQLite file that nobody can open, a PostgreSQL that was killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.intake.away.keeping import Keeper
from app.intake.away.meanwhile import Meanwhile
from tests import postgres
from tests.hotline import Hotline

ON_THE_DISK = "synchronous_commit=on"
"""What was answered is there after a kill."""


A_SLOW_MACHINE = 60.0
"""Seconds. A machine on which many tests run may need longer for an answer than any carrier would wait."""


class Outage(Protocol):
    """What can happen to a database."""

    def begins(self) -> None:
        """From now on it is away."""

    def ends(self) -> None:
        """It is back, with everything that was in it."""


@dataclass
class NoFile:
    """Something else stands where the SQLite file was."""

    line: Hotline
    folder: Path

    def begins(self) -> None:
        self.line.db.close()
        for path in self._files():
            path.rename(self.folder / f"{path.name}.away")
        self._path.mkdir()

    def ends(self) -> None:
        if not self._path.is_dir():
            return
        self.line.db.close()
        self._path.rmdir()
        for path in self.folder.glob("*.away"):
            path.rename(path.with_suffix(""))

    @property
    def _path(self) -> Path:
        return Path(str(self.line.db.engine.url.database))

    def _files(self) -> list[Path]:
        return [path for path in self._path.parent.glob(f"{self._path.name}*") if not path.name.endswith(".away")]


@dataclass
class NoServer:
    """PostgreSQL is dead."""

    server: postgres.Server

    def begins(self) -> None:
        self.server.kill()

    def ends(self) -> None:
        self.server.start(ON_THE_DISK)


@contextmanager
def own_server(folder: Path) -> Iterator[tuple[postgres.Server, str]]:
    """A PostgreSQL that may be killed, and its URL."""
    with postgres.Server(folder) as server:
        server.make()
        server.start(ON_THE_DISK)
        yield server, f"postgresql+psycopg://dygnet@/postgres?host={folder}"


def keeper_of(line: Hotline) -> Keeper:
    """Who keeps the roster beside the doors of this line."""
    assert line.app.keeper
    return line.app.keeper


def meanwhile_of(line: Hotline) -> Meanwhile:
    return keeper_of(line).meanwhile


def keep(line: Hotline) -> None:
    """What the doors' own thread does every few seconds."""
    meanwhile_of(line).waits_for = A_SLOW_MACHINE
    keeper_of(line).look()
