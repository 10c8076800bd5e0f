"""Statements that one test had compiled need not be compiled for the next."""

from __future__ import annotations

from typing import Any

from app.db import Database

_SPOKEN: dict[bool, tuple[Any, Any]] = {}


def in_one_dialect(database: Database) -> Database:
    """The same database; it speaks as the first one of its kind did, and remembers what that one had compiled.

    SQLAlchemy keeps what it compiled for each engine and each dialect; nothing in it belongs to one database.
    """
    engine = database.engine
    if database.is_sqlite not in _SPOKEN:
        engine.connect().close()  # a dialect learns on the first connection what the server can do
        _SPOKEN[database.is_sqlite] = engine.dialect, engine._compiled_cache
    for each in (engine, database._writing):
        each.dialect, each._compiled_cache = _SPOKEN[database.is_sqlite]
    engine.pool._dialect = engine.dialect
    return database
