"""Several questions on one journey to the database: PostgreSQL lies across a network, and somebody waits on the line.

They go past the session: what it has in hand is not written for them, and what is found is no object of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import ALONE


class Question(NamedTuple):
    """A query, made once and used again, and the values of what it leaves open."""

    query: Select[Any]
    values: Mapping[str, Any]


def ask(session: Session, *questions: Question, alone: Sequence[str] = ()) -> list[Any]:
    """The first value that each finds, or None; in these named places nobody else is until the transaction ends.

    One after another: an answer holds whatever somebody did who was in one of those places until now.
    """
    connection = session.connection()
    direct: Any = connection.connection.driver_connection
    is_postgresql = connection.dialect.name == "postgresql"
    asked = [_worded(connection.dialect, *question) for question in questions]
    try:
        with direct.pipeline() if is_postgresql else nullcontext():
            for name in alone if is_postgresql else ():
                direct.execute(ALONE, (name,))
            found = [direct.execute(words, values) for words, values in asked]
        return [next(iter(each.fetchone() or ()), None) for each in found]
    except connection.dialect.loaded_dbapi.Error as problem:
        raise DBAPIError.instance(
            "SELECT", None, problem, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from None


def _worded(dialect: Dialect, query: Select[Any], values: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    words, fixed = _in_words_of(dialect, query)
    return words, {**fixed, **values}


@lru_cache
def _in_words_of(dialect: Dialect, query: Select[Any]) -> tuple[str, Mapping[str, Any]]:
    """The query in the database's own words, and the values that are part of it."""
    named = dialect if dialect.name == "postgresql" else sqlite.dialect(paramstyle="named")
    compiled = query.compile(dialect=named)
    return str(compiled), compiled.params
