"""what only people change: a new edition whenever the programme, the staff or the roster is written

Revision: b0004, after b0003

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

from alembic import op

revision = "b0004"
down_revision = "b0003"
branch_labels = None
depends_on = None

WATCHED = ("programme_versions", "staff_people", "staff_channels", "oncall_overrides")
"""Tables that processes remember what they read from: see `app/remembered.py`."""

DEEDS = ("INSERT", "UPDATE", "DELETE")
RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    op.execute("INSERT INTO edition (number, id) VALUES (1, '') ON CONFLICT DO NOTHING")
    renew = f"UPDATE edition SET id = {RANDOM[dialect]}"
    op.execute(renew)
    if dialect == "postgresql":
        watch_on_postgresql(renew)
    else:
        watch_on_sqlite(renew)


def downgrade() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for table in WATCHED:
        if on_postgresql:
            op.execute(f"DROP TRIGGER {table}_new_edition ON {table}")
        else:
            for deed in DEEDS:
                op.execute(f"DROP TRIGGER {table}_new_edition_{deed.lower()}")
    if on_postgresql:
        op.execute("DROP FUNCTION new_edition()")
    op.execute("UPDATE edition SET id = ''")  # nobody may remember anything that nobody watches


def watch_on_postgresql(renew: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {renew};
            RETURN NULL;
        END $$
        """
    )
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER {table}_new_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION new_edition()"
        )
        # also when rows arrive from another server
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_new_edition")


def watch_on_sqlite(renew: str) -> None:
    for table in WATCHED:
        for deed in DEEDS:
            op.execute(f"CREATE TRIGGER {table}_new_edition_{deed.lower()} AFTER {deed} ON {table} BEGIN {renew}; END")
