"""What PostgreSQL writes into its own log (`pg_wal`) during a while: also what was rolled back or deleted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sqlalchemy import URL, Connection, create_engine, text

_CURRENT = "SELECT pg_walfile_name(pg_current_wal_insert_lsn() + 1)"
"""The segment that is written to. One byte on: at a boundary servers differ in which of the two they name."""

_PAGE: Final = 8192
_HEADER: Final = 24
_FIRST_HEADER: Final = 40
"""Bytes: `XLOG_BLCKSZ`, `SizeOfXLogShortPHD` and, on a segment's first page, `SizeOfXLogLongPHD`."""


@dataclass(frozen=True)
class WriteAhead:
    """The log of a server from a moment on, which begins a segment of its own."""

    server: URL
    first: str

    @classmethod
    def from_now(cls, url: URL) -> Self:
        """`url`: any database of the server."""
        server = url.set(database="postgres")
        with _asked(server) as connection:
            connection.execute(text("SELECT pg_switch_wal()"))
            return cls(server, str(connection.scalar(text(_CURRENT))))

    def copy_to(self, folder: Path) -> None:
        """Every segment until now that is still kept, as an archive would copy them."""
        with _asked(self.server) as connection:
            last = str(connection.scalar(text(_CURRENT)))
            connection.execute(text("SELECT pg_switch_wal()"))
            kept = Path(str(connection.scalar(text("SHOW data_directory")))) / "pg_wal"
        folder.mkdir()
        for segment in kept.iterdir():
            if segment.is_file() and self.first <= segment.name <= last:
                shutil.copyfile(segment, folder / segment.name)


@contextmanager
def _asked(server: URL) -> Iterator[Connection]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def rows_in(folder: Path) -> bytes:
    """What was written, in one piece: without the headers of pages, which stand in the middle of whatever is there."""
    return b"".join(_without_headers(segment.read_bytes().rstrip(b"\0")) for segment in sorted(folder.iterdir()))


def _without_headers(segment: bytes) -> bytes:
    pages = range(_PAGE, len(segment), _PAGE)
    return segment[_FIRST_HEADER:_PAGE] + b"".join(segment[start + _HEADER : start + _PAGE] for start in pages)
