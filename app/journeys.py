"""Several questions on one journey to the database: PostgreSQL lies across a network, and somebody waits on the line.

They go past the session: what it has in hand is not written for them, and what is found is no object of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Dialect, Select, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import alone_in
from app.pipeline import Pipelined, Statement


class Question(NamedTuple):
    """A query for one value, made once and used again, and the values of what it leaves open, by names of its own."""

    query: Select[Any]
    values: Mapping[str, Any]


def ask(session: Session, *questions: Question, alone: Sequence[str] = ()) -> list[Any]:
    """The value that each finds, or None; in these named places nobody else is until the transaction ends.

    The answers hold whatever somebody did who was in one of those places until now.
    """
    connection = session.connection()
    dialect, direct = connection.dialect, connection.connection.driver_connection
    words, names, values = _in_words_of(dialect, tuple([question.query for question in questions]))
    values = dict(values)
    for question in questions:
        values |= question.values
    try:
        if isinstance(direct, Pipelined):
            asked = Statement(words, [values[name] for name in names])
            found = direct.ask(_alone_in(alone), asked) if alone else direct.ask(asked)
        else:
            found = cast(sqlite3.Connection, direct).execute(words, values).fetchone()
    except dialect.loaded_dbapi.Error as problem:
        raise DBAPIError.instance("SELECT", None, problem, dialect.loaded_dbapi.Error, hide_parameters=True) from None
    return list(found or ())


def _alone_in(places: Sequence[str]) -> Statement:
    """A statement of its own: the next one sees what others did."""
    return Statement(alone_in(*_marks(len(places))), places)


@cache
def _marks(count: int) -> tuple[str, ...]:
    return tuple(f"${place}" for place in range(1, count + 1))


@lru_cache
def _in_words_of(dialect: Dialect, queries: tuple[Select[Any], ...]) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """The queries as one, in the database's own words, the names of its values in order, and those that it brings."""
    speaking = _SPEAKING[dialect.name]
    compiled = select(*(query.scalar_subquery() for query in queries)).compile(dialect=speaking)
    return str(compiled), getattr(compiled, "positiontup", None) or (), compiled.params


_SPEAKING: Final = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}
