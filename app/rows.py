"""New rows written at once, past the session's unit of work, for the moment when somebody waits for them to be kept.

A flush sorts, compares and copies what it writes; a new case needs none of that, and flushes are most of what opening
one costs. Here a row is a plain INSERT, and rows written `together` are one statement on PostgreSQL, which is told with
whatever is said next, or with the end of the transaction (`pipeline.py`): a row that it refuses is found out then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session, object_session

from app.db import Base
from app.inserts import Insert, in_one_statement, many, plan_of
from app.pipeline import Pipelined

Row = TypeVar("Row", bound=Base)

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
    plan = plan_of(kind, connection.dialect)
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


class _Batch:
    """Rows that are written with one deed."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._plain: list[Insert] = []
        self._numbered: list[Insert] = []

    def add(self, kind: type[Base], values: Mapping[str, Any], enqueue: str) -> dict[str, Any]:
        plan = plan_of(kind, self._connection.dialect)
        whole = plan.whole(values)
        (self._numbered if enqueue else self._plain).append(Insert(plan, plan.bound(whole), enqueue))
        return whole

    def run(self) -> None:
        """Write them all."""
        if not self._plain and not self._numbered:
            return
        line = self._connection.connection.driver_connection
        if isinstance(line, Pipelined):
            line.owe(in_one_statement(self._plain, self._numbered))
        else:
            self._one_by_one()

    def _one_by_one(self) -> None:
        """On SQLite, and on a connection to PostgreSQL that is none of ours: the watcher has one of its own."""
        direct, error = self._connection.connection.cursor(), self._connection.dialect.loaded_dbapi.Error
        try:
            for each in self._plain:
                direct.execute(each.plan.insert, each.values)
            if self._numbered:
                direct.execute(many(self._numbered), tuple(chain.from_iterable(each.values for each in self._numbered)))
                enqueue = f"{self._numbered[0].enqueue} VALUES ({self._numbered[0].plan.mark})"
                direct.executemany(enqueue, direct.fetchall())
        except error as problem:
            raise DBAPIError.instance("INSERT", None, problem, error, hide_parameters=True) from None
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
