"""keys and mailboxes

Revision: b0006, after b0005

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0006"
down_revision = "b0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_handovers",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_audit_handovers")),
        sa.UniqueConstraint("generation", name=op.f("uq_audit_handovers_generation")),
    )
    op.create_table(
        "key_generations",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "kind IN ('rota', 'duty', 'audit', 'index', 'push', 'recovery')",
            name=op.f("ck_key_generations_kind_is_known"),
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_generations")),
    )
    op.create_table(
        "key_retirements",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_retirements")),
    )
    op.create_table(
        "recovery_keys",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("shares", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("probe", sa.LargeBinary(), nullable=False),
        sa.Column("probe_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_recovery_keys")),
    )
    op.create_table(
        "statistics_editions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("table_name", sa.String(length=24), nullable=False),
        sa.Column("since", sa.String(length=7), nullable=False),
        sa.Column("until", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_editions")),
        sa.UniqueConstraint(
            "table_name", "since", "number", name=op.f("uq_statistics_editions_table_name_since_number")
        ),
    )
    with op.batch_alter_table("statistics_editions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statistics_editions_until"), ["until"], unique=False)

    op.create_table(
        "statistics_months",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_statistics_months")),
    )
    op.create_table(
        "case_duress_alarms",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_duress_alarms_case_id")),
        sa.PrimaryKeyConstraint("case_id", "at", name=op.f("pk_case_duress_alarms")),
    )
    op.create_table(
        "case_duress_receipts",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("locator", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_duress_receipts_case_id")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_case_duress_receipts")),
    )
    with op.batch_alter_table("case_duress_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_duress_receipts_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_duress_receipts_locator"), ["locator"], unique=False)

    op.create_table(
        "case_handed_receipts",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("locator", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_handed_receipts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_handed_receipts_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_handed_receipts")),
    )
    with op.batch_alter_table("case_handed_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_handed_receipts_locator"), ["locator"], unique=False)

    op.create_table(
        "case_letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_letters_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_letters_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_letters")),
        sa.UniqueConstraint("source", name=op.f("uq_case_letters_source")),
    )
    with op.batch_alter_table("case_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_letters_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_mailbox_tickets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_mailbox_tickets_case_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_case_mailbox_tickets")),
    )
    with op.batch_alter_table("case_mailbox_tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_mailbox_tickets_good_until"), ["good_until"], unique=False)

    op.create_table(
        "case_taken_back",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_taken_back_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_taken_back")),
        sa.UniqueConstraint("source", name=op.f("uq_case_taken_back_source")),
    )
    with op.batch_alter_table("case_taken_back", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_taken_back_case_id"), ["case_id"], unique=False)

    op.create_table(
        "recovery_copies",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("recovery_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery_keys.key_id"], name=op.f("fk_recovery_copies_recovery_id")),
        sa.PrimaryKeyConstraint("key_id", "recovery_id", name=op.f("pk_recovery_copies")),
    )
    op.create_table(
        "recovery_drills",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recovery_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery_keys.key_id"], name=op.f("fk_recovery_drills_recovery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_drills")),
    )
    op.create_table(
        "staff_former_holders",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("rota_key_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_former_holders_person_id")),
        sa.PrimaryKeyConstraint("person_id", "rota_key_id", name=op.f("pk_staff_former_holders")),
    )
    op.create_table(
        "staff_keys",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_keys_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_keys")),
    )
    op.create_table(
        "staff_rota_grants",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("rota_key_id", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_rota_grants_person_id")),
        sa.PrimaryKeyConstraint("person_id", "rota_key_id", name=op.f("pk_staff_rota_grants")),
    )
    op.create_table(
        "statistics_cells",
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(mark = 'shown') = (count IS NOT NULL)", name=op.f("ck_statistics_cells_only_what_is_shown_has_a_number")
        ),
        sa.CheckConstraint("mark IN ('shown', 'few', 'rest', 'closed')", name=op.f("ck_statistics_cells_mark")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["statistics_editions.id"], name=op.f("fk_statistics_cells_edition_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "place", name=op.f("pk_statistics_cells")),
    )
    op.create_table(
        "statistics_waiting",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("table_name", sa.String(length=24), nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["month"], ["statistics_months.month"], name=op.f("fk_statistics_waiting_month")),
        sa.PrimaryKeyConstraint("month", "table_name", "group", name=op.f("pk_statistics_waiting")),
    )
    op.create_table(
        "case_letters_read",
        sa.Column("letter_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["case_letters.id"], name=op.f("fk_case_letters_read_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_case_letters_read")),
    )
    op.create_table(
        "case_profiles",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["approach_id"], ["case_approaches.id"], name=op.f("fk_case_profiles_approach_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_profiles_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_profiles")),
    )
    with op.batch_alter_table("case_profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_profiles_case_id"), ["case_id"], unique=False)

    op.create_table(
        "staff_session_keys",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["staff_sessions.id"], name=op.f("fk_staff_session_keys_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_staff_session_keys")),
    )
    op.create_table(
        "case_permission_times",
        sa.Column("permission_id", sa.String(length=32), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends BETWEEN 0 AND 1439", name=op.f("ck_case_permission_times_ends")),
        sa.CheckConstraint("starts BETWEEN 0 AND 1439", name=op.f("ck_case_permission_times_starts")),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["case_permissions.id"], name=op.f("fk_case_permission_times_permission_id")
        ),
        sa.PrimaryKeyConstraint("permission_id", name=op.f("pk_case_permission_times")),
    )


def downgrade() -> None:
    op.drop_table("case_permission_times")
    op.drop_table("staff_session_keys")
    with op.batch_alter_table("case_profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_profiles_case_id"))

    op.drop_table("case_profiles")
    op.drop_table("case_letters_read")
    op.drop_table("statistics_waiting")
    op.drop_table("statistics_cells")
    op.drop_table("staff_rota_grants")
    op.drop_table("staff_keys")
    op.drop_table("staff_former_holders")
    op.drop_table("recovery_drills")
    op.drop_table("recovery_copies")
    with op.batch_alter_table("case_taken_back", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_taken_back_case_id"))

    op.drop_table("case_taken_back")
    with op.batch_alter_table("case_mailbox_tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_mailbox_tickets_good_until"))

    op.drop_table("case_mailbox_tickets")
    with op.batch_alter_table("case_letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_letters_case_id"))

    op.drop_table("case_letters")
    with op.batch_alter_table("case_handed_receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_handed_receipts_locator"))

    op.drop_table("case_handed_receipts")
    with op.batch_alter_table("case_duress_receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_duress_receipts_locator"))
        batch_op.drop_index(batch_op.f("ix_case_duress_receipts_case_id"))

    op.drop_table("case_duress_receipts")
    op.drop_table("case_duress_alarms")
    op.drop_table("statistics_months")
    with op.batch_alter_table("statistics_editions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statistics_editions_until"))

    op.drop_table("statistics_editions")
    op.drop_table("recovery_keys")
    op.drop_table("key_retirements")
    op.drop_table("key_generations")
    op.drop_table("audit_handovers")
