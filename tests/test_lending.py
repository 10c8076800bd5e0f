"""The PostgreSQL database that tests borrow one after another: nothing of one is there for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.lending import Shelf


@pytest.fixture
def shelf(postgres_template: str) -> Iterator[Shelf]:
    """One that nobody else borrows from."""
    ours = Shelf(make_url(postgres_template))
    yield ours
    ours.clear()


def changed(shelf: Shelf, *statements: str) -> str | None:
    """Borrow, say these, give back; the name of the database."""
    with shelf.borrowed() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()
        return url.database


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE case_contents RENAME TO gone", "CREATE TABLE more (id int)", "DROP TABLE case_contents CASCADE"],
)
def test_a_database_whose_tables_were_changed_is_not_lent_again(shelf: Shelf, change: str) -> None:
    assert changed(shelf, change) != changed(shelf)


def test_a_database_in_which_only_rows_were_written_is_lent_again_without_them(shelf: Shelf) -> None:
    a_look = "INSERT INTO carrier_looks (id, until) VALUES (1, now())"
    assert changed(shelf, a_look) == changed(shelf, a_look)
