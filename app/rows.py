"""New rows written at once, past the session's unit of work, for the moment when somebody waits for them to be kept.

A flush sorts, compares and copies what it writes; a new case needs none of that, and flushes are most of what opening
one costs. Here a row is a plain INSERT, and rows written `together` are one statement on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import Column, Dialect, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session, object_session

from app.db import Base

Row = TypeVar("Row", bound=Base)

_MARKS: Final = {"sqlite": "?", "postgresql": "%s"}
_TOGETHER: Final = "rows that are written together"


def write(session: Session, kind: type[Row], /, **values: Any) -> Row:
    """Write a new row; the session knows it afterwards, as after a flush. What it has in hand is written before."""
    values = _insert(session, kind, values)
    return _known(session, kind, values)


def write_unseen(session: Session, kind: type[Base], /, **values: Any) -> None:
    """The same for a row that nobody looks at again in this transaction: the session does not know it."""
    _insert(session, kind, values)


def write_numbered(session: Session, kind: type[Base], /, *, queue: InstrumentedAttribute[int], **values: Any) -> None:
    """Write a new row of a table that numbers its rows itself, and its number into a queue, a column elsewhere.

    The session does not know it, and what the session has in hand may be written later.
    """
    _insert(session, kind, values, enqueue=f"INSERT INTO {queue.class_.__table__.name} ({queue.key})")


def write_if_new(session: Session, kind: type[Row], /, *, unique: str, **values: Any) -> Row | None:
    """Write a new row, unless there is one with the same value in that unique column: then None.

    Waits for another transaction that is writing the same value, so that of two only one gets a row.
    """
    connection = session.connection()
    plan = _plan(kind, connection.dialect)
    values = plan.whole(values)
    insert = f"{plan.insert} ON CONFLICT ({unique}) DO NOTHING"
    is_new = connection.exec_driver_sql(insert, plan.bound(values)).rowcount == 1
    return _known(session, kind, values) if is_new else None


def session_of(row: Base) -> Session:
    """The session that knows this row. RuntimeError when none does: nothing can be written beside it."""
    session = object_session(row)
    if session is None:
        raise RuntimeError("this happens inside a transaction")
    return session


@contextmanager
def together(session: Session) -> Iterator[None]:
    """What is written in this block is written at its end, in that order; nothing of it when the block raises.

    What the session has in hand is written before, what it gets in the block after: it may refer to these rows.
    """
    session.flush()
    batch = session.info[_TOGETHER] = _Batch(session)
    try:
        yield
    finally:
        del session.info[_TOGETHER]
    batch.run()


class _Plan:
    """How a row of one table is written on one kind of database."""

    def __init__(self, kind: type[Base], dialect: Dialect) -> None:
        table: Any = kind.__table__
        columns = [(key, column) for key, column in _columns(kind) if column is not table.autoincrement_column]
        quote = dialect.identifier_preparer.quote
        names = ", ".join(quote(column.name) for _, column in columns)
        self.number: Final = getattr(table.autoincrement_column, "name", "")
        self.marks: Final = f"({', '.join([_MARKS[dialect.name]] * len(columns))})"
        self.insert: Final = f"INSERT INTO {quote(table.name)} ({names}) VALUES {self.marks}"  # noqa: S608 - our own names
        self._defaults = [(key, _default(column)) for key, column in columns]
        self._binds = [(key, column.type.dialect_impl(dialect).bind_processor(dialect)) for key, column in columns]

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, and a default for each that nobody said."""
        return {key: values[key] if key in values else default() for key, default in self._defaults}

    def bound(self, whole: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values as the driver takes them."""
        return tuple(bind(whole[key]) if bind else whole[key] for key, bind in self._binds)


class _Insert(NamedTuple):
    """A row on its way. `enqueue` is where its number goes, for a table that numbers its rows."""

    plan: _Plan
    values: tuple[Any, ...]
    enqueue: str


class _Batch:
    """Rows that are written with one deed."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._plain: list[_Insert] = []
        self._numbered: list[_Insert] = []

    def add(self, kind: type[Base], values: Mapping[str, Any], enqueue: str) -> dict[str, Any]:
        plan = _plan(kind, self._connection.dialect)
        whole = plan.whole(values)
        (self._numbered if enqueue else self._plain).append(_Insert(plan, plan.bound(whole), enqueue))
        return whole

    def run(self) -> None:
        """Write them all."""
        if not self._plain and not self._numbered:
            return
        if self._connection.dialect.name == "postgresql":
            self._in_one_statement()
        else:
            self._one_by_one()

    def _in_one_statement(self) -> None:
        statements = [each.plan.insert for each in self._plain]
        if self._numbered:
            enqueue = f"{self._numbered[0].enqueue} SELECT * FROM row{len(statements)}"  # noqa: S608 - our own names
            statements += [_many(self._numbered), enqueue]
        *before, last = statements
        named = ", ".join(f"row{place} AS ({statement})" for place, statement in enumerate(before))
        values = tuple(chain.from_iterable(each.values for each in (*self._plain, *self._numbered)))
        self._connection.exec_driver_sql(f"WITH {named} {last}" if named else last, values)

    def _one_by_one(self) -> None:
        direct = self._connection.connection.cursor()
        try:
            for each in self._plain:
                direct.execute(each.plan.insert, each.values)
            if self._numbered:
                direct.execute(
                    _many(self._numbered), tuple(chain.from_iterable(each.values for each in self._numbered))
                )
                direct.executemany(f"{self._numbered[0].enqueue} VALUES (?)", direct.fetchall())
        except sqlite3.Error as problem:
            raise DBAPIError.instance("INSERT", None, problem, sqlite3.Error, hide_parameters=True) from None
        finally:
            direct.close()


def _insert(session: Session, kind: type[Base], values: Mapping[str, Any], *, enqueue: str = "") -> dict[str, Any]:
    waiting: _Batch | None = session.info.get(_TOGETHER)
    batch = waiting or _Batch(session)
    whole = batch.add(kind, values, enqueue)
    if waiting is None:
        if not enqueue:
            session.flush()  # what it refers to
        batch.run()
    return whole


def _known(session: Session, kind: type[Row], whole: Mapping[str, Any]) -> Row:
    """The row as if it had been loaded, which costs less than telling a new one its values one by one."""
    mapper = inspect(kind)
    row = cast(Row, mapper.class_manager.new_instance())
    row.__dict__.update(whole)
    state = inspect(row)
    state.key = mapper.identity_key_from_instance(row)
    session._update_impl(state)  # noqa: SLF001 - `add` looks along every relationship, and a new row brings nothing
    return row


@cache
def _plan(kind: type[Base], dialect: Dialect) -> _Plan:
    return _Plan(kind, dialect)


def _columns(kind: type[Base]) -> Iterator[tuple[str, Column[Any]]]:
    for attribute in inspect(kind).column_attrs:
        (column,) = attribute.columns
        if isinstance(column, Column):
            yield attribute.key, column


def _default(column: Column[Any]) -> Callable[[], Any]:
    default: Any = column.default
    if default is None:
        return lambda: None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def _many(numbered: Sequence[_Insert]) -> str:
    """All of them in one INSERT that returns their numbers. They are of one table: only the log numbers its rows."""
    plan = numbered[0].plan
    return f"{plan.insert}{f', {plan.marks}' * (len(numbered) - 1)} RETURNING {plan.number}"
