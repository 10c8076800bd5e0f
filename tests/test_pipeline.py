"""What is said to PostgreSQL together is said once, in its order, and not at all when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app import pipeline
from app.db import Database
from app.pipeline import Pipelined, Statement
from tests.marks import ON_POSTGRESQL

pytestmark = ON_POSTGRESQL

COUNT = Statement("SELECT count(*) FROM kept")


@pytest.fixture
def table(db: Database) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (number int PRIMARY KEY)")
    yield
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE kept")


def line_of(session: Session) -> Pipelined:
    line = session.connection().connection.driver_connection
    assert isinstance(line, Pipelined)
    return line


def write(db: Database, *statements: Statement, then: Exception | None = None) -> None:
    """Owe these in one transaction, and raise at its end what is to be raised."""
    with db.transaction() as session:
        for statement in statements:
            line_of(session).owe(statement)
        if then:
            raise then


def new(number: int) -> Statement:
    return Statement("INSERT INTO kept (number) VALUES ($1)", (number,))


def kept(db: Database) -> list[int]:
    with db.reading() as session:
        return list(session.execute(text("SELECT number FROM kept ORDER BY number")).scalars())


@contextmanager
def journeys(line: Pipelined, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How often the line waits for the server."""
    waited: list[int] = []
    wait = psycopg.Connection.wait

    def counted(self: Pipelined, *told: object, **more: object) -> object:
        if self is line:
            waited.append(1)
        return wait(self, *told, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as here:
        here.setattr(psycopg.Connection, "wait", counted)
        yield waited


@pytest.mark.usefixtures("table")
def test_a_beginning_a_question_what_is_written_and_the_end_are_two_journeys(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        line = line_of(session)
    with journeys(line, monkeypatch) as waited, db.transaction() as session:
        line = line_of(session)
        assert line.ask(Statement("SELECT 1"), COUNT) == (0,)
        line.owe(new(1))
    assert len(waited) == 2
    assert kept(db) == [1]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("how", ["asked", "said in psycopg's way"])
def test_whatever_is_said_next_finds_what_was_owed(db: Database, how: str) -> None:
    with db.transaction() as session:
        line = line_of(session)
        line.owe(new(1))
        found = line.ask(COUNT) if how == "asked" else session.execute(text(COUNT.words)).one()
        assert found == (1,)


@pytest.mark.usefixtures("table")
def test_what_is_owed_when_all_is_undone_is_never_said(db: Database) -> None:
    with pytest.raises(ValueError, match="enough"):
        write(db, new(1), then=ValueError("enough"))
    with db.transaction() as session:
        session.execute(text("SELECT 1"))
    assert kept(db) == []


@pytest.mark.usefixtures("table")
def test_what_fails_at_the_end_is_not_committed_and_the_next_transaction_goes_well(db: Database) -> None:
    with pytest.raises(IntegrityError):
        write(db, new(1), new(2), new(2))
    with db.transaction() as session:
        line = line_of(session)
        assert line.pgconn.transaction_status == TransactionStatus.IDLE
        line.owe(new(1))
    assert kept(db) == [1]


@pytest.mark.usefixtures("table")
def test_a_value_that_nobody_can_say_is_refused_before_anything_is_said(db: Database) -> None:
    with pytest.raises(DataError):
        write(db, new(1), Statement("SELECT $1::text", ("a\0b",)))
    write(db, Statement("SELECT 1"))
    assert kept(db) == []


@pytest.mark.usefixtures("table")
def test_what_is_said_often_is_read_by_the_server_once_and_also_after_it_was_told_to_forget(db: Database) -> None:
    words = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO kept%'")
    for number in range(4):
        write(db, new(number))
    with db.transaction() as session:
        assert session.execute(words).scalar() == 1
        for _ in range(8):
            session.execute(text("SELECT 1"))  # so that psycopg, too, has had something remembered
        nested = session.begin_nested()
        session.execute(text("SELECT 1"))
        nested.rollback()  # upon which it has everything forgotten
        assert session.execute(words).scalar() == 0
        line_of(session).owe(new(4))
    write(db, new(5))
    assert kept(db) == list(range(6))


def test_a_crowd_of_different_words_is_not_all_remembered(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MOST_REMEMBERED", 3)
    with db.transaction() as session:
        line = line_of(session)
        for number in [*range(12)] * 3:
            assert line.ask(Statement(f"SELECT {number}")) == (number,)
            assert line.ask(Statement(f"SELECT {number}")) == (number,)
        assert session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 3


def test_of_a_server_that_hangs_up_it_is_known_that_it_did(db: Database) -> None:
    lost: list[bool] = []
    event.listen(db.engine, "handle_error", lambda context: lost.append(context.is_disconnect))
    with pytest.raises(OperationalError):
        write(db, Statement("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert lost[0]
    with db.transaction() as session:
        assert line_of(session).ask(Statement("SELECT 1")) == (1,)
