"""the telephone

Revision: b0003, after b0002

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0003"
down_revision = "b0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrier_faults",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("heard_as", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'call', 'records')", name=op.f("ck_carrier_faults_channel")),
        sa.CheckConstraint("heard_as IN ('refusal', 'receipt')", name=op.f("ck_carrier_faults_heard_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_faults")),
    )
    with op.batch_alter_table("carrier_faults", schema=None) as batch_op:
        batch_op.create_index(
            "ix_carrier_faults_one_at_a_time",
            ["carrier", "channel", "code"],
            unique=True,
            sqlite_where=sa.text("over_at IS NULL"),
            postgresql_where=sa.text("over_at IS NULL"),
        )

    op.create_table(
        "carrier_looks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_carrier_looks_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_looks")),
    )
    op.create_table(
        "carrier_pace",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("spent_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_carrier_pace")),
    )
    op.create_table(
        "carrier_traces",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('call', 'text')", name=op.f("ck_carrier_traces_kind")),
        sa.CheckConstraint(
            "(gone_at IS NULL) = (next_at IS NOT NULL)", name=op.f("ck_carrier_traces_tried_until_gone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_traces")),
        sa.UniqueConstraint("ref", name=op.f("uq_carrier_traces_ref")),
    )
    with op.batch_alter_table("carrier_traces", schema=None) as batch_op:
        batch_op.create_index(
            "ix_carrier_traces_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.create_table(
        "edition",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_edition_only_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_edition")),
    )
    op.create_table(
        "programme_recordings",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('mp3', 'wav')", name=op.f("ck_programme_recordings_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_programme_recordings")),
    )
    op.create_table(
        "case_texts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_texts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_texts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_texts")),
    )
    with op.batch_alter_table("case_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_texts_case_id"), ["case_id"], unique=False)

    op.create_table(
        "staff_unusable_channels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=4), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('sms', 'call')", name=op.f("ck_staff_unusable_channels_channel")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_unusable_channels_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_unusable_channels")),
    )
    with op.batch_alter_table("staff_unusable_channels", schema=None) as batch_op:
        batch_op.create_index(
            "ix_staff_unusable_channels_one_at_a_time",
            ["person_id", "channel"],
            unique=True,
            sqlite_where=sa.text("over_at IS NULL"),
            postgresql_where=sa.text("over_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_staff_unusable_channels_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_approach_moments",
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "what IN ('keyed', 'cannot_speak', 'unanswered', 'call', 'sms', 'voicemail', 'callback', 'no_callback', 'over')",
            name=op.f("ck_case_approach_moments_what"),
        ),
        sa.ForeignKeyConstraint(
            ["approach_id"], ["case_approaches.id"], name=op.f("fk_case_approach_moments_approach_id")
        ),
        sa.PrimaryKeyConstraint("approach_id", "what", name=op.f("pk_case_approach_moments")),
    )
    op.create_table(
        "case_bridges",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("room", sa.String(length=32), nullable=False),
        sa.Column("approach_id", sa.String(length=32), nullable=True),
        sa.Column("voicemail", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["approach_id"], ["case_approaches.id"], name=op.f("fk_case_bridges_approach_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_bridges_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_bridges_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bridges")),
        sa.UniqueConstraint("approach_id", name=op.f("uq_case_bridges_approach_id")),
        sa.UniqueConstraint("room", name=op.f("uq_case_bridges_room")),
    )
    with op.batch_alter_table("case_bridges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_bridges_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_bridges_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_bridges_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_text_fates",
        sa.Column("text_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.CheckConstraint("what IN ('accepted', 'delivered', 'failed')", name=op.f("ck_case_text_fates_what")),
        sa.ForeignKeyConstraint(["text_id"], ["case_texts.id"], name=op.f("fk_case_text_fates_text_id")),
        sa.PrimaryKeyConstraint("text_id", "what", name=op.f("pk_case_text_fates")),
    )
    op.create_table(
        "notification_detours",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("instead_id", sa.String(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("carrier IN ('twilio', 'elks')", name=op.f("ck_notification_detours_carrier")),
        sa.ForeignKeyConstraint(["instead_id"], ["notifications.id"], name=op.f("fk_notification_detours_instead_id")),
        sa.ForeignKeyConstraint(["page_id"], ["notifications.id"], name=op.f("fk_notification_detours_page_id")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_notification_detours")),
        sa.UniqueConstraint("instead_id", name=op.f("uq_notification_detours_instead_id")),
    )
    op.create_table(
        "notification_tries",
        sa.Column("notification_id", sa.String(length=32), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=8), nullable=False),
        sa.Column("spare", sa.String(length=8), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("carrier IN ('twilio', 'elks')", name=op.f("ck_notification_tries_carrier")),
        sa.CheckConstraint(
            "spare IN ('twilio', 'elks') AND spare <> carrier", name=op.f("ck_notification_tries_spare")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name=op.f("fk_notification_tries_notification_id")
        ),
        sa.PrimaryKeyConstraint("notification_id", "nth", name=op.f("pk_notification_tries")),
    )
    op.create_table(
        "case_bridge_legs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bridge_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.CheckConstraint("role IN ('handler', 'person', 'colleague')", name=op.f("ck_case_bridge_legs_role")),
        sa.ForeignKeyConstraint(["bridge_id"], ["case_bridges.id"], name=op.f("fk_case_bridge_legs_bridge_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_bridge_legs_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bridge_legs")),
    )
    with op.batch_alter_table("case_bridge_legs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_bridge_legs_bridge_id"), ["bridge_id"], unique=False)

    op.create_table(
        "case_bridge_outcomes",
        sa.Column("bridge_id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["case_attempts.id"], name=op.f("fk_case_bridge_outcomes_attempt_id")),
        sa.ForeignKeyConstraint(["bridge_id"], ["case_bridges.id"], name=op.f("fk_case_bridge_outcomes_bridge_id")),
        sa.PrimaryKeyConstraint("bridge_id", name=op.f("pk_case_bridge_outcomes")),
    )
    op.create_table(
        "case_connection_ends",
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spoke", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approach_id"], ["case_connections.approach_id"], name=op.f("fk_case_connection_ends_approach_id")
        ),
        sa.PrimaryKeyConstraint("approach_id", name=op.f("pk_case_connection_ends")),
    )
    op.create_table(
        "case_bridge_facts",
        sa.Column("leg_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "what IN ('called', 'refused', 'led_in', 'led_out', 'hung_up', 'ready', 'machine', 'over', 'busy', 'no_answer', 'failed')",
            name=op.f("ck_case_bridge_facts_what"),
        ),
        sa.ForeignKeyConstraint(["leg_id"], ["case_bridge_legs.id"], name=op.f("fk_case_bridge_facts_leg_id")),
        sa.PrimaryKeyConstraint("leg_id", "what", name=op.f("pk_case_bridge_facts")),
    )
    with op.batch_alter_table("case_connections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ref", sa.String(length=40), nullable=True))

    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tries_in_a_fault", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("in_doubt", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("tries", existing_type=sa.SMALLINT(), type_=sa.Integer(), existing_nullable=False)
        batch_op.create_index(
            "ix_notifications_unsettled",
            ["accepted_at"],
            unique=False,
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )



def downgrade() -> None:
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notifications_unsettled",
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )
        batch_op.alter_column("tries", existing_type=sa.Integer(), type_=sa.SMALLINT(), existing_nullable=False)
        batch_op.drop_column("looked_up_at")
        batch_op.drop_column("in_doubt")
        batch_op.drop_column("tries_in_a_fault")

    with op.batch_alter_table("case_connections", schema=None) as batch_op:
        batch_op.drop_column("ref")

    op.drop_table("case_bridge_facts")
    op.drop_table("case_connection_ends")
    op.drop_table("case_bridge_outcomes")
    with op.batch_alter_table("case_bridge_legs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_bridge_legs_bridge_id"))

    op.drop_table("case_bridge_legs")
    op.drop_table("notification_tries")
    op.drop_table("notification_detours")
    op.drop_table("case_text_fates")
    with op.batch_alter_table("case_bridges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_bridges_case_id"))
        batch_op.drop_index(batch_op.f("ix_case_bridges_by_id"))
        batch_op.drop_index(batch_op.f("ix_case_bridges_at"))

    op.drop_table("case_bridges")
    op.drop_table("case_approach_moments")
    with op.batch_alter_table("staff_unusable_channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_unusable_channels_person_id"))
        batch_op.drop_index(
            "ix_staff_unusable_channels_one_at_a_time",
            sqlite_where=sa.text("over_at IS NULL"),
            postgresql_where=sa.text("over_at IS NULL"),
        )

    op.drop_table("staff_unusable_channels")
    with op.batch_alter_table("case_texts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_texts_case_id"))

    op.drop_table("case_texts")
    op.drop_table("programme_recordings")
    op.drop_table("edition")
    with op.batch_alter_table("carrier_traces", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_carrier_traces_next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("carrier_traces")
    op.drop_table("carrier_pace")
    op.drop_table("carrier_looks")
    with op.batch_alter_table("carrier_faults", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_carrier_faults_one_at_a_time",
            sqlite_where=sa.text("over_at IS NULL"),
            postgresql_where=sa.text("over_at IS NULL"),
        )

    op.drop_table("carrier_faults")
