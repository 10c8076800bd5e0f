"""A nudge wakes an engine at once, here and elsewhere; and nothing depends on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import text

from app import nudge
from app.db import Database
from tests.marks import ON_POSTGRESQL

SOON = 30.0
"""Seconds; a nudge takes thousandths of one, but the machine may be busy."""


def elsewhere(db: Database) -> Database:
    """The same database in another process, as far as it can tell."""
    return Database(db.engine.url.render_as_string(hide_password=False))


def listens(db: Database, woken: Callable[[], bool]) -> None:
    """On PostgreSQL a listener wakes once, when its line stands."""
    if not db.is_sqlite:
        until(woken)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def write_something_due(db: Database) -> None:
    with db.transaction() as session:
        nudge.wanted(session)


def test_whoever_listens_in_this_process_is_woken_once_it_is_committed(db: Database) -> None:
    woken = threading.Event()
    stop = db.bell.answer(lambda _: woken.set())
    try:
        listens(db, woken.is_set)
        woken.clear()
        with db.transaction() as session:
            nudge.wanted(session)
            assert not woken.is_set(), "nothing can be found before the commit"
        assert woken.wait(SOON)
    finally:
        stop()


def test_what_is_undone_or_asks_for_nothing_wakes_nobody(db: Database) -> None:
    rings: list[frozenset[str]] = []
    stop = db.bell.answer(rings.append)
    try:
        listens(db, lambda: bool(rings))
        rings.clear()
        with suppress(LookupError), db.transaction() as session:
            nudge.wanted(session)
            raise LookupError
        with db.transaction() as session:
            session.execute(text("SELECT 1"))
        assert rings == []
    finally:
        stop()


def test_whoever_is_woken_is_told_what_for(db: Database) -> None:
    rings: list[frozenset[str]] = []
    stop, door = db.bell.answer(rings.append), db if db.is_sqlite else elsewhere(db)
    try:
        listens(db, lambda: bool(rings))
        rings.clear()
        with door.transaction() as session:
            nudge.wanted(session, "sms")
        until(lambda: bool(rings))
        assert rings == [frozenset({"sms"})]
    finally:
        stop()
        if door is not db:
            door.close()


@ON_POSTGRESQL
def test_an_engine_in_another_process_is_woken_through_postgresql(db: Database) -> None:
    woken, door = threading.Event(), elsewhere(db)
    stop = db.bell.answer(lambda _: woken.set())
    try:
        listens(db, woken.is_set)
        woken.clear()
        write_something_due(door)
        assert woken.wait(SOON)
    finally:
        stop()
        door.close()


@ON_POSTGRESQL
def test_a_listener_whose_line_was_cut_makes_a_new_one_and_looks_at_once(db: Database) -> None:
    woken = threading.Event()
    stop = db.bell.answer(lambda _: woken.set())
    try:
        listens(db, woken.is_set)
        woken.clear()
        with db.engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            assert connection.execute(text(others)).all()
        assert woken.wait(SOON), "for what was said while nobody listened"
        woken.clear()
        door = elsewhere(db)
        write_something_due(door)
        door.close()
        assert woken.wait(SOON)
    finally:
        stop()


def test_a_database_that_is_gone_costs_a_nudge_and_nothing_else(db: Database) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    began = time.monotonic()
    gone.bell.ring()
    assert time.monotonic() - began < 10.0
    gone.close()
