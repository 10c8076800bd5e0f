"""How PostgreSQL is reached: several servers, only one that takes writes, and none waited for without end."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import postgres
from app.db import Database
from app.postgres import address, is_away
from tests.marks import ON_POSTGRESQL


@pytest.mark.parametrize(
    ("written", "hosts", "ports"),
    [
        ("postgresql://a:b%40@db1:5433,db2:5434/dygnet", "db1,db2", "5433,5434"),
        ("postgresql+psycopg://a@db1,db2:5434/dygnet?sslmode=require", "db1,db2", "5432,5434"),
        ("postgresql://[::1]:5433,[::2]/dygnet", "::1,::2", "5433,5432"),
        ("postgresql://db1:5433/dygnet", "db1", 5433),
        ("postgresql:///dygnet?host=/run/postgresql", "/run/postgresql", None),
    ],
)
def test_servers_are_written_as_everybody_writes_them(written: str, hosts: str, ports: object) -> None:
    read = address(written)
    _, said = read.get_dialect()().create_connect_args(read)

    assert (said["host"], said.get("port")) == (hosts, ports)
    assert said["target_session_attrs"] == "read-write", "a standby is no place to write"
    assert address(read.render_as_string(hide_password=False)) == read


@pytest.mark.parametrize("password", ["a[b", "a]b", "a/b#c?d", "a,b", "a\N{ACCOUNT OF}b"])
def test_a_password_that_is_no_good_address_works_as_before_and_is_not_told(password: str) -> None:
    read = address(f"postgresql://dygnet:{password}@db1/dygnet")

    assert (read.host, read.password) == ("db1", password)
    assert password not in repr(read)


def test_what_the_url_says_wins() -> None:
    assert address("postgresql://db/d?target_session_attrs=any").query["target_session_attrs"] == "any"
    assert address("sqlite:///var/dygnet.db").query == {}


@ON_POSTGRESQL
def test_a_server_that_has_stopped_is_not_waited_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "OVERDUE", 0.3)
    patient = db.engine.url.render_as_string(hide_password=False)
    with closing(Database(f"{patient}&options=-c%20statement_timeout%3D60000", answers_within=0.2)) as hurried:
        began = time.monotonic()
        with pytest.raises(OperationalError) as lost, hurried.transaction() as session:
            session.execute(text("SELECT pg_sleep(30)"))
        assert time.monotonic() - began < 10
        assert is_away(lost.value)
        with hurried.reading() as session:
            assert session.execute(text("SELECT 1")).scalar() == 1, "and the next one is asked anew"


@ON_POSTGRESQL
def test_a_statement_that_takes_too_long_is_ended_and_is_no_reason_to_leave(db: Database) -> None:
    with closing(Database(db.engine.url.render_as_string(hide_password=False), answers_within=0.2)) as hurried:
        with pytest.raises(OperationalError) as ended, hurried.transaction() as session:
            session.execute(text("SELECT pg_sleep(30)"))
        assert not is_away(ended.value)


@ON_POSTGRESQL
def test_no_page_waits_for_its_questions_to_be_compiled(db: Database) -> None:
    with db.reading() as session:
        assert session.execute(text("SHOW jit")).scalar() == "off"


@ON_POSTGRESQL
def test_a_server_that_has_become_a_standby_is_left(db: Database) -> None:
    with db.reading() as session:
        before = session.execute(text("SELECT pg_backend_pid()")).scalar()
    only_to_be_read = text("SET TRANSACTION READ ONLY; CREATE TABLE t (id int)")
    with pytest.raises(DBAPIError) as refused, db.transaction() as session:
        session.execute(only_to_be_read)
    assert is_away(refused.value)
    with db.reading() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar() != before


def test_a_machine_that_does_not_answer_is_passed_over() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()  # takes the call and says nothing
        port = mute.getsockname()[1]
        began = time.monotonic()
        with closing(Database(f"postgresql://nobody@127.0.0.1:{port},127.0.0.1:1/nowhere?connect_timeout=2")) as gone:
            with pytest.raises(OperationalError) as nowhere, gone.reading() as session:
                session.execute(text("SELECT 1"))
            assert is_away(nowhere.value)
    assert time.monotonic() - began < 10
