"""Several questions on one journey to the database: PostgreSQL lies across a network, and somebody waits on the line.

They go past the session: what it has in hand is not written for them, and what is found is no object of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import alone_in


class Question(NamedTuple):
    """A query for one value, made once and used again, and the values of what it leaves open, by names of its own."""

    query: Select[Any]
    values: Mapping[str, Any]


def ask(session: Session, *questions: Question, alone: Sequence[str] = ()) -> list[Any]:
    """The value that each finds, or None; in these named places nobody else is until the transaction ends.

    The answers hold whatever somebody did who was in one of those places until now.
    """
    connection = session.connection()
    direct: Any = connection.connection.driver_connection
    words, values = _in_words_of(connection.dialect, tuple(question.query for question in questions))
    values = dict(values)
    for question in questions:
        values |= question.values
    waits = alone and connection.dialect.name == "postgresql"
    try:
        with direct.pipeline() if waits else nullcontext():
            if waits:
                direct.execute(alone_in(len(alone)), alone)  # a statement of its own: the next one sees what others did
            answers = direct.execute(words, values)
        return list(answers.fetchone())
    except connection.dialect.loaded_dbapi.Error as problem:
        raise DBAPIError.instance(
            "SELECT", None, problem, connection.dialect.loaded_dbapi.Error, hide_parameters=True
        ) from None


@lru_cache
def _in_words_of(dialect: Dialect, queries: tuple[Select[Any], ...]) -> tuple[str, Mapping[str, Any]]:
    """The queries as one, in the database's own words, and the values that are part of it."""
    named = dialect if dialect.name == "postgresql" else sqlite.dialect(paramstyle="named")
    compiled = select(*(query.scalar_subquery() for query in queries)).compile(dialect=named)
    return str(compiled), compiled.params
