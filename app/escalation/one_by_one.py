"""Telling of several things, each in a transaction of its own: one that cannot be told of silences no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from app.db import Database
from app.logs import Log

_log = Log("news")


def one_by_one(db: Database, ids: Iterable[str], tell: Callable[[Session, str], bool]) -> int:
    """How many were told of. What went wrong is said aloud, and tried again with the next round."""
    return sum(_alone(db, one, tell) for one in ids)


def _alone(db: Database, one: str, tell: Callable[[Session, str], bool]) -> bool:
    try:
        with db.transaction() as session:
            return tell(session, one)
    except Exception as problem:  # noqa: BLE001 - one broken row may not silence the others
        _log.error("an alarm could not be raised; it is tried again", problem=problem)
        return False
