# ruff: noqa: S608 - the statements are ours, word for word
from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from app.audit.log import record
from app.audit.sequencer import checkpoint, sequence
from app.db import Base
from tests.marks import ON_POSTGRESQL

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE = {
    "audit_entries": ("at", "id, at, body"),
    "audit_leaves": ("leaf_hash", "leaf_index, entry_id, leaf_hash, sequenced_at"),
    "audit_checkpoints": ("note", "id, size, root, note, at"),
}


@pytest.fixture
def written(db, key):
    with db.transaction() as session:
        for _ in range(3):
            record(session, at=NOON, by="anna", action="case.read")
        sequence(session, at=NOON)
        checkpoint(session, key, at=NOON, origin="log")
    return db


def run(db, statement):
    with db.transaction() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("table", ONCE)
@pytest.mark.parametrize("deed", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_what_is_written_stays_written(written, table, deed):
    with pytest.raises(DBAPIError, match="only ever added to"):
        run(written, deed.format(table=table, column=ONCE[table][0]))


@pytest.mark.parametrize("table", ONCE)
def test_a_row_is_not_replaced_by_inserting_over_it(written, table):
    columns = ONCE[table][1]
    if written.is_sqlite:
        with pytest.raises(DBAPIError, match="only ever added to"):
            run(written, f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}")
        return
    key = columns.split(",")[0]
    with pytest.raises(DBAPIError, match="only ever added to"):
        run(
            written,
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
            f" ON CONFLICT ({key}) DO UPDATE SET {ONCE[table][0]} = EXCLUDED.{ONCE[table][0]}",
        )


@ON_POSTGRESQL
@pytest.mark.parametrize("table", ONCE)
def test_a_table_is_not_emptied_nor_changed_by_one_who_plays_a_replica(written, table):
    for deed in (f"TRUNCATE {table} CASCADE", f"SET session_replication_role = replica; DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="only ever added to"):
            run(written, deed)


def test_the_way_down_takes_tables_and_triggers_and_the_way_up_brings_them_back(written):
    written.migrate_back()
    assert [name for name in inspect(written.engine).get_table_names() if name != "alembic_version"] == []
    written.migrate()
    with written.transaction() as session:
        record(session, at=NOON, by="anna", action="case.read")
    with pytest.raises(DBAPIError, match="only ever added to"):
        run(written, "DELETE FROM audit_entries")


def test_the_migration_makes_the_tables_that_the_models_describe(db):
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415

    def ours(_object, name, kind, _reflected, _compared):
        return kind != "table" or name.startswith("audit_")

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_connection_can_be_given_and_the_giver_commits(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/given.db")
    config = Config("alembic.ini")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "a0001")
        connection.commit()
    assert "audit_entries" in inspect(engine).get_table_names()
    engine.dispose()


def test_every_module_with_tables_is_known_to_the_migrations():
    listed = Path("migrations/env.py").read_text("utf-8")
    for module in Path("app").rglob("*.py"):
        if '__tablename__ = "' in module.read_text("utf-8"):
            assert f'"{".".join(module.with_suffix("").parts)}"' in listed
