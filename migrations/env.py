"""How a migration meets the database.

The database is, in this order: `config.attributes["connection"]` (the caller commits), `config.attributes["url"]`,
`-x url=`, `DATABASE_URL`, the default of PRODUCT.md section 8. Each migration is a transaction of its own, on
SQLite too; on PostgreSQL it waits at most `LOCK_TIMEOUT` for a lock, so that it cannot hold up the line.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

import app
from app.db import Base, Database

MODELS = (
    "app.remembered",
    "app.audit.models",
    "app.audit.anchors_models",
    "app.audit.stream_models",
    "app.programme.models",
    "app.staff.models",
    "app.staff.credentials",
    "app.staff.factor_models",
    "app.staff.keys_models",
    "app.staff.provider_models",
    "app.staff.probes",
    "app.staff.trouble_models",
    "app.keys.models",
    "app.statistics.models",
    "app.cases.models",
    "app.cases.returning",
    "app.cases.breaches",
    "app.cases.facts",
    "app.cases.permission_times",
    "app.cases.profile",
    "app.cases.bridges",
    "app.cases.texts",
    "app.cases.exclusions",
    "app.cases.canaries",
    "app.cases.doubts",
    "app.cases.mailboxes",
    "app.cases.letters",
    "app.cases.notes",
    "app.cases.links",
    "app.cases.apart",
    "app.cases.entries",
    "app.cases.co_handling",
    "app.cases.partings",
    "app.oncall.models",
    "app.notifications.models",
    "app.notifications.pace",
    "app.notifications.faults",
    "app.notifications.unusable",
    "app.routing.models",
    "app.routing.consents",
    "app.routing.disclosures",
    "app.routing.children",
    "app.routing.follow_up",
    "app.routing.advice",
    "app.routing.handover_models",
    "app.routing.collision_models",
    "app.routing.incident_models",
    "app.routing.to_dos",
    "app.escalation.models",
    "app.traces.models",
    "app.control.models",
    "app.retention.models",
    "app.demands.models",
    "app.demands.extract_models",
    "app.intake.models",
    "app.console.models",
)
"""Every module with tables; a room that is not built yet is passed over."""

DEFAULT_URL = "sqlite:///var/dygnet.db"
LOCK_TIMEOUT = "5s"
ONE_AT_A_TIME = 0x6D696772617465  # any number that nobody else on the database uses


def import_models() -> None:
    """Let every room that has tables name them to `Base`."""
    root = Path(app.__path__[0]).parent
    for name in MODELS:
        if root.joinpath(*name.split(".")).with_suffix(".py").is_file():
            importlib.import_module(name)


def chosen_url() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    return given or os.environ.get("DATABASE_URL") or DEFAULT_URL


def render_our_types(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Our column types as the plain ones beneath them: a migration imports nothing from `app`."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("app."):
        return f"sa.{item.impl_instance!r}"
    return False


def configure(**how: Any) -> None:
    context.configure(
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=render_our_types,
        render_as_batch=True,
        transaction_per_migration=True,
        transactional_ddl=True,
        **how,
    )


def run_on(connection: Connection) -> None:
    configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


def run_on_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
    connection.commit()
    try:
        run_on(connection)
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")
        connection.commit()


def run_on_sqlite(connection: Connection) -> None:
    """A batch migration makes a table anew and drops the old one, which foreign keys would turn into deletes."""
    direct: Any = connection.connection.dbapi_connection
    direct.execute("PRAGMA foreign_keys=OFF")
    try:
        run_on(connection.execution_options(dygnet_writes=True))
        if broken := direct.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"{len(broken)} rows point at rows that do not exist, first in {broken[0][0]}")
    finally:
        direct.execute("PRAGMA foreign_keys=ON")


def run_online() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    database = Database(chosen_url(), answers_within=None)  # nobody waits, and a large table takes its time
    try:
        with database.engine.connect() as connection:
            (run_on_sqlite if database.is_sqlite else run_on_postgresql)(connection)
    finally:
        database.close()


def run_offline() -> None:
    """Print the SQL instead of running it: `alembic upgrade head --sql`."""
    configure(url=chosen_url(), literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()


import_models()
if context.is_offline_mode():
    run_offline()
else:
    run_online()
