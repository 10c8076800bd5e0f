"""What every command shares: the clock, the database, and how it shows what it found."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from app.audit.verify import Progress
from app.clock import Clock, WallClock
from app.db import Database
from app.demo.folder import clock_of
from app.settings import Settings

A_BLINK = 0.2
"""Seconds between two lines of progress."""


def clock() -> Clock:
    """The clock of the demo in this folder, if it runs; else the wall's."""
    return clock_of(Path("var")) or WallClock()


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """The database, until the block ends."""
    with closing(Database(settings.database_url.get_secret_value())) as db:
        yield db


def show(values: dict[str, object], *, as_json: bool) -> None:
    """Print what was found, a line each, or as JSON for other programs."""
    if as_json:
        print(json.dumps(values, ensure_ascii=False, indent=2))
        return
    for name, value in values.items():
        listed = [f"{what} {count}" for what, count in value.items()] if isinstance(value, dict) else value
        shown = ", ".join(listed) if isinstance(listed, list) else "-" if value is None else value
        print(f"{name.replace('_', ' '):18} {shown}")


def progress(what: str) -> Progress | None:
    """A line on standard error that counts, where a person is looking."""
    if not sys.stderr.isatty():
        return None
    shown = [0.0]

    def count(done: int, of: int) -> None:
        if time.monotonic() - shown[0] > A_BLINK or done == of:
            shown[0] = time.monotonic()
            print(f"\r{what} {done} of {of}", end="\n" if done == of else "", file=sys.stderr)

    return count


def stop(why: str) -> NoReturn:
    """End with status 1 and say why."""
    print(f"dygnet: {why}", file=sys.stderr)
    raise SystemExit(1)
