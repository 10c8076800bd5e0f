"""A connection goes from one transaction to the next, and never with anything of the last one still on it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.connections import MOST
from app.db import Database
from tests.marks import ON_POSTGRESQL

pytestmark = ON_POSTGRESQL


def pid(session: Session) -> int:
    found = session.execute(text("SELECT pg_backend_pid()")).scalar()
    assert isinstance(found, int)
    return found


def at_once(db: Database, count: int) -> set[int]:
    """The connections that so many transactions have, all of them open."""
    with ExitStack() as open_ones:
        return {pid(open_ones.enter_context(db.transaction())) for _ in range(count)}


def fail(db: Database, words: str) -> None:
    with db.transaction() as session:
        session.execute(text("CREATE TABLE half_done (id int)"))
        session.execute(text(words))


def test_the_next_transaction_has_the_connection_of_the_last_and_two_at_once_have_two(db: Database) -> None:
    assert at_once(db, 1) == at_once(db, 1)
    assert len(at_once(db, 3)) == 3


def test_of_a_transaction_that_failed_the_next_one_sees_nothing(db: Database) -> None:
    with pytest.raises(DBAPIError):
        fail(db, "SELECT 1 / 0")
    with db.transaction() as session:
        assert session.execute(text("SELECT to_regclass('half_done')")).scalar() is None
        alone = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert session.execute(text(alone)).scalar() == 0


def test_a_connection_that_the_server_ended_is_given_to_nobody(db: Database) -> None:
    ended = at_once(db, 1)
    with db.reading() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended.pop()})
    assert at_once(db, 1)


def test_when_one_is_lost_none_of_those_laid_aside_is_trusted(db: Database) -> None:
    before = at_once(db, 3)
    with pytest.raises(DBAPIError):  # what a server says that has become a standby
        fail(db, "SET TRANSACTION READ ONLY; CREATE TABLE t (id int)")
    assert not before & at_once(db, 3)


def test_not_all_that_a_crowd_used_are_kept_from_the_others(db: Database) -> None:
    at_once(db, MOST + 2)
    assert isinstance(db.engine.pool, QueuePool)
    assert db.engine.pool.checkedout() == MOST
    db.close()
    assert db.engine.pool.checkedout() == 0
