"""How a new row is said to the database, and how several are said to PostgreSQL in one statement.

In one statement a value that many rows have is said once: a new case's id stands in seven of its rows, the moment in
nine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Dialect, inspect

from app.db import Base
from app.pipeline import Statement

_MARKS: Final = {"sqlite": "?", "postgresql": "%s"}
"""Of a row that is said alone."""

_SAID_ONCE: Final = frozenset({"VARCHAR", "TEXT", "TIMESTAMP WITH TIME ZONE"})
"""What PostgreSQL calls ids, words and moments. A value in columns of two kinds is said twice."""


class Plan:
    """How a row of one table is written on one kind of database."""

    def __init__(self, kind: type[Base], dialect: Dialect) -> None:
        table: Any = kind.__table__
        columns = [(key, column) for key, column in _columns(kind) if column is not table.autoincrement_column]
        quote = dialect.identifier_preparer.quote
        names = ", ".join(quote(column.name) for _, column in columns)
        self.number: Final = getattr(table.autoincrement_column, "name", "")
        self.mark: Final = _MARKS[dialect.name]
        self.marks: Final = f"({', '.join([self.mark] * len(columns))})"
        self.into: Final = f"INSERT INTO {quote(table.name)} ({names}) VALUES"
        self.insert: Final = f"{self.into} {self.marks}"
        self.kinds: Final = tuple(_kind(column, dialect) for _, column in columns)
        self._defaults = [(key, _default(column)) for key, column in columns]
        self._binds = [(key, column.type.dialect_impl(dialect).bind_processor(dialect)) for key, column in columns]

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, and a default for each that nobody said."""
        return {key: values[key] if key in values else default() for key, default in self._defaults}

    def bound(self, whole: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values as the driver takes them."""
        return tuple([bind(whole[key]) if bind else whole[key] for key, bind in self._binds])


class Insert(NamedTuple):
    """A row on its way. `enqueue` is where its number goes, for a table that numbers its rows."""

    plan: Plan
    values: tuple[Any, ...]
    enqueue: str


@cache
def plan_of(kind: type[Base], dialect: Dialect) -> Plan:
    """The plan for the rows of a table."""
    return Plan(kind, dialect)


def in_one_statement(plain: Sequence[Insert], numbered: Sequence[Insert]) -> Statement:
    """What PostgreSQL is told for all of them. The numbered ones are of one table, and come last."""
    places, values = _said_once((*plain, *numbered))
    enqueue = numbered[0].enqueue if numbered else ""
    words = _words(tuple([each.plan for each in plain]), tuple([each.plan for each in numbered]), enqueue, places)
    return Statement(words, values)


def many(numbered: Sequence[Insert]) -> str:
    """All of them in one INSERT that returns their numbers. They are of one table: only the log numbers its rows."""
    plan = numbered[0].plan
    return f"{plan.insert}{f', {plan.marks}' * (len(numbered) - 1)} RETURNING {plan.number}"


def _said_once(inserts: Sequence[Insert]) -> tuple[tuple[int, ...], list[Any]]:
    """For each value of each row its place among the different ones, and those."""
    known: dict[tuple[str, Any], int] = {}
    places: list[int] = []
    different: list[Any] = []
    for insert in inserts:
        for kind, value in zip(insert.plan.kinds, insert.values, strict=True):
            place = new = len(different)
            if kind and value is not None:
                place = known.setdefault((kind, value), new)
            if place == new:
                different.append(value)
            places.append(place)
    return tuple(places), different


@lru_cache(maxsize=256)
def _words(plain: tuple[Plan, ...], numbered: tuple[Plan, ...], enqueue: str, places: tuple[int, ...]) -> str:
    marks = (f"${place + 1}" for place in places)
    statements = [f"{plan.into} {_marks(plan, marks)}" for plan in plain]
    if numbered:
        rows, log = ", ".join(_marks(plan, marks) for plan in numbered), numbered[0]
        statements.append(f"{log.into} {rows} RETURNING {log.number}")
        statements.append(f"{enqueue} SELECT * FROM row{len(plain)}")  # noqa: S608 - our own names
    *before, last = statements
    named = ", ".join(f"row{place} AS ({statement})" for place, statement in enumerate(before))
    return f"WITH {named} {last}" if named else last


def _marks(plan: Plan, marks: Iterator[str]) -> str:
    return f"({', '.join(islice(marks, len(plan.kinds)))})"


def _columns(kind: type[Base]) -> Iterator[tuple[str, Column[Any]]]:
    for attribute in inspect(kind).column_attrs:
        (column,) = attribute.columns
        if isinstance(column, Column):
            yield attribute.key, column


def _kind(column: Column[Any], dialect: Dialect) -> str:
    kind = column.type.compile(dialect).partition("(")[0]
    return kind if kind in _SAID_ONCE else ""


def _default(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
