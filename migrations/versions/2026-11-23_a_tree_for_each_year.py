"""a tree for each year

Revision: b0008, after b0007

Tables as they were on this day: import nothing from `app`. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. What there is belongs to tree 1, by the columns' defaults, also what old code writes: until a year is
turned, old and new code run side by side. Once one was, old code finds the tree other than it was signed, and stops.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0008"
down_revision = "b0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REFUSAL = "the audit log is only ever added to"
SAME_TREE = "number = NEW.number OR year = NEW.year OR first = NEW.first OR before_id = NEW.before_id"
"""What makes a new row one that is there already. The function that refuses on PostgreSQL is that of the log's first
migration."""

CLOSED = "a year of the audit log that is closed never changes"
OF_A_CLOSED_TREE = {"audit_tiles": ("INSERT", "UPDATE", "DELETE"), "audit_checkpoints": ("INSERT",)}


def upgrade() -> None:
    op.create_table(
        "audit_trees",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("before_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (before_id IS NULL)", name=op.f("ck_audit_trees_only_the_first_has_none_before")
        ),
        sa.ForeignKeyConstraint(["before_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_trees_before_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_trees")),
        sa.UniqueConstraint("year", name=op.f("uq_audit_trees_year")),
        sa.UniqueConstraint("first", name=op.f("uq_audit_trees_first")),
        sa.UniqueConstraint("before_id", name=op.f("uq_audit_trees_before_id")),
    )
    op.add_column("audit_checkpoints", a_tree())
    if on_postgresql():
        op.add_column("audit_tiles", a_tree())
        op.drop_constraint("pk_audit_tiles", "audit_tiles", type_="primary")
        op.create_primary_key("pk_audit_tiles", "audit_tiles", ["tree", "level", "idx"])
        refuse_change_on_postgresql()
    else:
        make_tiles_anew(a_tree(), key=("tree", "level", "idx"))
        refuse_change_on_sqlite()


def downgrade() -> None:
    if not op.get_context().as_sql and op.get_bind().scalar(sa.text("SELECT max(number) FROM audit_trees")) not in (
        None,
        1,
    ):
        raise RuntimeError("A year of the log was turned, which the revision before cannot hold: restore a backup")
    if on_postgresql():
        for table in OF_A_CLOSED_TREE:
            op.execute(f"DROP TRIGGER {table}_refuse_closed ON {table}")
        op.execute("DROP TRIGGER audit_tiles_refuse_truncate ON audit_tiles")
        op.execute("DROP FUNCTION audit_refuse_closed()")
        op.drop_constraint("pk_audit_tiles", "audit_tiles", type_="primary")
        op.drop_column("audit_tiles", "tree")
        op.create_primary_key("pk_audit_tiles", "audit_tiles", ["level", "idx"])
    else:
        for table, deeds in OF_A_CLOSED_TREE.items():
            for deed in deeds:
                op.execute(f"DROP TRIGGER {table}_refuse_closed_{deed.lower()}")
        make_tiles_anew(key=("level", "idx"))
    op.drop_column("audit_checkpoints", "tree")
    op.drop_table("audit_trees")


def on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def a_tree() -> sa.Column[int]:
    return sa.Column("tree", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False)


def make_tiles_anew(*more: sa.Column[int], key: tuple[str, ...]) -> None:
    """SQLite cannot give a table another primary key."""
    op.create_table(
        "audit_tiles_anew",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        *more,
        sa.CheckConstraint("width BETWEEN 1 AND 256", name=op.f("ck_audit_tiles_width_is_1_to_256")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_audit_tiles")),
    )
    columns = "level, idx, width, hashes"
    op.execute(f"INSERT INTO audit_tiles_anew ({columns}) SELECT {columns} FROM audit_tiles")  # noqa: S608
    op.drop_table("audit_tiles")
    op.rename_table("audit_tiles_anew", "audit_tiles")


def refuse_change_on_postgresql() -> None:
    for deed, when, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_trees_refuse_{deed} BEFORE {when} ON audit_trees"
            f" FOR EACH {each} EXECUTE FUNCTION audit_refuse_change()"
        )
        op.execute(f"ALTER TABLE audit_trees ENABLE ALWAYS TRIGGER audit_trees_refuse_{deed}")
    op.execute(
        f"""
        CREATE FUNCTION audit_refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE present integer := (SELECT max(number) FROM audit_trees);
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                IF present > 1 THEN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'insufficient_privilege'; END IF;
                RETURN NULL;
            END IF;
            IF TG_OP <> 'INSERT' THEN
                IF OLD.tree < present THEN
                    RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'insufficient_privilege';
                END IF;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                IF NEW.tree < present THEN
                    RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'insufficient_privilege';
                END IF;
                RETURN NEW;
            END IF;
            RETURN OLD;
        END $$
        """
    )
    for table, deeds in OF_A_CLOSED_TREE.items():
        op.execute(
            f"CREATE TRIGGER {table}_refuse_closed BEFORE {' OR '.join(deeds)} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse_closed()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_closed")
    op.execute(
        "CREATE TRIGGER audit_tiles_refuse_truncate BEFORE TRUNCATE ON audit_tiles"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_closed()"
    )
    op.execute("ALTER TABLE audit_tiles ENABLE ALWAYS TRIGGER audit_tiles_refuse_truncate")


def refuse_change_on_sqlite() -> None:
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_trees_refuse_{deed.lower()} BEFORE {deed} ON audit_trees"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    # INSERT OR REPLACE deletes the old row without waking the trigger on DELETE
    op.execute(
        "CREATE TRIGGER audit_trees_refuse_replace BEFORE INSERT ON audit_trees"
        f" WHEN EXISTS (SELECT 1 FROM audit_trees WHERE {SAME_TREE})"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    for table, deeds in OF_A_CLOSED_TREE.items():
        for deed in deeds:
            row = "NEW" if deed == "INSERT" else "OLD"
            moved = " OR NEW.tree < (SELECT max(number) FROM audit_trees)" if deed == "UPDATE" else ""
            op.execute(
                f"CREATE TRIGGER {table}_refuse_closed_{deed.lower()} BEFORE {deed} ON {table}"
                f" WHEN {row}.tree < (SELECT max(number) FROM audit_trees){moved}"
                f" BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
            )
