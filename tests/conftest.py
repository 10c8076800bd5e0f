"""Databases to test on, and the line as a whole. Every test that asks for `db` or `hotline` runs on both databases."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.db import Database
from tests import postgres
from tests.dialects import in_one_dialect
from tests.evidence import given_away
from tests.hotline import Hotline, Switchboard
from tests.lending import Shelf
from tests.marks import not_tested
from tests.one_chromium import CHROMIUM
from tests.places import in_memory
from tests.quick import at_full_strength, quick_argon2

__all__ = ["at_full_strength", "quick_argon2"]

expect.set_options(timeout=30_000)  # as long as an action: a busy machine stands still for seconds at a time


def pytest_configure() -> None:
    """Where `tmp_path` is."""
    if folder := in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Keep what looks into a browser together: it is started once, and not once in every process.

    Keep what `xdist_group` says together: pytest 9.2 does not look where pytest-xdist 3.8 writes it."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("a browser"))
    yield
    for item in items:
        if grouped := vars(item).get("_nodeid"):
            item._id = coerce_node_id(grouped)


def pytest_collection_finish() -> None:
    """What was imported and collected stays, as in the product: no collection of garbage has to walk it again.

    What a test leaves behind goes in one sweep with that of the next few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as the migrations make it."""
    path = tmp_path_factory.mktemp("template") / "dygnet.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The URL of a PostgreSQL database as the migrations make it; to be copied, never connected to."""
    try:
        server = postgres.running()
        url = make_url(server.__enter__())
    except RuntimeError as problem:
        not_tested(f"on PostgreSQL: {problem}")
    try:
        _sql(url, "CREATE DATABASE template_of_tests")
        template = url.set(database="template_of_tests").render_as_string(hide_password=False)
        database = Database(template)
        database.migrate()
        database.close()
        yield template
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres_shelf(postgres_template: str) -> Iterator[Shelf]:
    """Where a PostgreSQL database is borrowed."""
    shelf = Shelf(make_url(postgres_template))
    yield shelf
    shelf.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the schema in place."""
    if request.param == "sqlite":
        path = tmp_path / "dygnet.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        database = in_one_dialect(Database(f"sqlite:///{path}"))
        yield database
        database.close()
        return
    shelf: Shelf = request.getfixturevalue("postgres_shelf")
    with shelf.borrowed() as url:
        database = in_one_dialect(Database(url.render_as_string(hide_password=False)))
        yield database
        database.close()


@pytest.fixture(scope="session")
def switchboard() -> Iterator[Switchboard]:
    """The telephone company's socket."""
    with Switchboard().open() as board:
        yield board


@pytest.fixture
def hotline(db: Database, switchboard: Switchboard, tmp_path: Path) -> Iterator[Hotline]:
    """The whole line, on an empty database, on a Monday morning with Anna on call.

    However a story goes, afterwards nobody who called or wrote can be found in what was kept or what staff were told.
    """
    line = Hotline(db, switchboard, tmp_path)
    yield line
    assert given_away(line) == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser in which nothing is open, and nothing stays open for the next module."""
    browser = CHROMIUM.opened()
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """The browser ends with the last test that looks into it."""
    yield
    if "chromium" not in getattr(nextitem, "fixturenames", ()):
        CHROMIUM.close()


def _sql(url: object, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
