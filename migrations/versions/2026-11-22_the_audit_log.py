"""The audit log: entries, their queue, leaves, tiles and checkpoints; triggers that refuse change.

Revision: a0001, the first

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

WRITTEN_ONCE = {
    "audit_entries": "id = NEW.id",
    "audit_leaves": "leaf_index = NEW.leaf_index OR entry_id = NEW.entry_id",
    "audit_checkpoints": "id = NEW.id",
}
"""Tables that are only ever added to, and what makes a new row one that is there already."""

REFUSAL = "the audit log is only ever added to"


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(body) <= 65535", name=op.f("ck_audit_entries_body_fits_a_bundle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    op.create_table(
        "audit_unsequenced",
        sa.Column("entry_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_unsequenced_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_unsequenced")),
    )
    op.create_table(
        "audit_leaves",
        sa.Column("leaf_index", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sequenced_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_audit_leaves_leaf_hash_is_sha256")),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_leaves_entry_id")),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_audit_leaves")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_leaves_entry_id")),
    )
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("width BETWEEN 1 AND 256", name=op.f("ck_audit_tiles_width_is_1_to_256")),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_audit_tiles")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_checkpoints_size"), "audit_checkpoints", ["size"])
    refuse_change()


def downgrade() -> None:
    allow_change()
    for table in ("audit_checkpoints", "audit_tiles", "audit_leaves", "audit_unsequenced", "audit_entries"):
        op.drop_table(table)


def refuse_change() -> None:
    if op.get_context().dialect.name == "postgresql":
        refuse_change_on_postgresql()
    else:
        refuse_change_on_sqlite()


def refuse_change_on_postgresql() -> None:
    op.execute(
        f"""
        CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
        )
        # otherwise a session that plays a replica (session_replication_role) would walk past them
        for trigger in ("refuse_change", "refuse_truncate"):
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{trigger}")


def refuse_change_on_sqlite() -> None:
    for table, same_row in WRITTEN_ONCE.items():
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{deed.lower()} BEFORE {deed} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        # INSERT OR REPLACE deletes the old row without waking the trigger on DELETE
        op.execute(
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_row})"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def allow_change() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for table in WRITTEN_ONCE:
        if on_postgresql:
            for deed in ("change", "truncate"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{deed} ON {table}")
        else:
            for deed in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{deed}")
    if on_postgresql:
        op.execute("DROP FUNCTION audit_refuse_change()")
