"""the line

Revision: b0002, after a0001

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0002"
down_revision = "a0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("continues_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["continues_id"], ["cases.id"], name=op.f("fk_cases_continues_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_cases_pseudonym")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_opened_at"), ["opened_at"], unique=False)

    op.create_table(
        "engine_pulse",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_ms", sa.Integer(), nullable=False),
        sa.Column("worst_lateness_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine_pulse")),
    )
    op.create_table(
        "programme_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_versions")),
        sa.UniqueConstraint("number", name=op.f("uq_programme_versions_number")),
    )
    op.create_table(
        "staff_attempts",
        sa.Column("allowance", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("allowance", name=op.f("pk_staff_attempts")),
    )
    op.create_table(
        "staff_people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alias", sa.String(length=32), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_people")),
        sa.UniqueConstraint("alias", name=op.f("uq_staff_people_alias")),
    )
    op.create_table(
        "case_approaches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint("channel IN ('phone', 'sms', 'form', 'by_hand')", name=op.f("ck_case_approaches_channel")),
        sa.CheckConstraint(
            "role IN ('self', 'relative', 'professional', 'unknown')", name=op.f("ck_case_approaches_role")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_approaches_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_approaches")),
        sa.UniqueConstraint("source", name=op.f("uq_case_approaches_source")),
    )
    with op.batch_alter_table("case_approaches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_approaches_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_assignments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_assignments_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_assignments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_assignments")),
    )
    with op.batch_alter_table("case_assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_assignments_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.CheckConstraint("channel IN ('call', 'sms', 'mailbox', 'visit')", name=op.f("ck_case_attempts_channel")),
        sa.CheckConstraint(
            "outcome IN ('reached', 'no_answer', 'busy', 'voicemail', 'wrong_person', 'not_safe_now')",
            name=op.f("ck_case_attempts_outcome"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_attempts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_attempts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attempts")),
    )
    with op.batch_alter_table("case_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_attempts_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_breaches",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_breaches_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_breaches")),
    )
    op.create_table(
        "case_closures",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.CheckConstraint("outcome IN ('advice', 'handed_over', 'closed')", name=op.f("ck_case_closures_outcome")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_closures_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_closures_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_closures")),
    )
    op.create_table(
        "case_dangers",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_dangers_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_dangers")),
    )
    op.create_table(
        "case_first_contacts",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_first_contacts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_first_contacts_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_first_contacts")),
    )
    op.create_table(
        "case_grants",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_grants_case_id")),
        sa.PrimaryKeyConstraint("case_id", "reader", name=op.f("pk_case_grants")),
    )
    op.create_table(
        "case_holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_because", sa.String(length=40), nullable=True),
        sa.CheckConstraint("via IN ('page', 'sms', 'call', 'console')", name=op.f("ck_case_holds_via")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_holds_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_holds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_holds")),
    )
    with op.batch_alter_table("case_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_holds_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_holds_one_at_a_time",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_case_holds_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_joins",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("into_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_joins_case_id")),
        sa.ForeignKeyConstraint(["into_id"], ["cases.id"], name=op.f("fk_case_joins_into_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_joins")),
    )
    with op.batch_alter_table("case_joins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_joins_into_id"), ["into_id"], unique=False)

    op.create_table(
        "case_mailboxes",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("locator", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_mailboxes_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_mailboxes")),
    )
    with op.batch_alter_table("case_mailboxes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_mailboxes_locator"), ["locator"], unique=False)

    op.create_table(
        "case_repeat_tags",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("full", sa.LargeBinary(), nullable=True),
        sa.Column("short", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_repeat_tags_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_repeat_tags")),
    )
    with op.batch_alter_table("case_repeat_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_repeat_tags_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_repeat_tags_full"), ["full"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_repeat_tags_short"), ["short"], unique=False)

    op.create_table(
        "case_return_codes",
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_return_codes_case_id")),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_case_return_codes")),
    )
    with op.batch_alter_table("case_return_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_return_codes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "escalation_passes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_escalation_passes_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_escalation_passes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_passes")),
    )
    with op.batch_alter_table("escalation_passes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_passes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "escalation_staff_messages",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["staff_people.id"], name=op.f("fk_escalation_staff_messages_person_id")
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_escalation_staff_messages")),
    )
    op.create_table(
        "escalation_steps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("climb", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("late_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_escalation_steps_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_steps")),
        sa.UniqueConstraint("case_id", "climb", "step", name=op.f("uq_escalation_steps_case_id_climb_step")),
    )
    with op.batch_alter_table("escalation_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_steps_case_id"), ["case_id"], unique=False)

    op.create_table(
        "escalations",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("ladder", sa.String(length=12), nullable=False),
        sa.Column("counts_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("climb", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hurried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("ladder IN ('untaken', 'acute')", name=op.f("ck_escalations_ladder")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_escalations_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_escalations")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalations_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("step_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("values", sa.String(length=1000), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sending_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("carrier_ref", sa.String(length=40), nullable=True),
        sa.Column("carrier_status", sa.String(length=20), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=24), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'sending') = (sending_until IS NOT NULL)", name=op.f("ck_notifications_sending_has_deadline")
        ),
        sa.CheckConstraint("channel IN ('sms', 'call', 'email')", name=op.f("ck_notifications_channel")),
        sa.CheckConstraint("state <> 'failed' OR trouble IS NOT NULL", name=op.f("ck_notifications_failed_has_reason")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'accepted', 'delivered', 'failed')", name=op.f("ck_notifications_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'delivered') OR accepted_at IS NOT NULL",
            name=op.f("ck_notifications_accepted_is_dated"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notifications_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_notifications_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("key", name=op.f("uq_notifications_key")),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notifications_carrier_ref"), ["carrier_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notifications_step_id"), ["step_id"], unique=False)
        batch_op.create_index(
            "ix_notifications_to_send",
            ["priority", "not_before"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
        )

    op.create_table(
        "oncall_overrides",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.CheckConstraint("tier IN ('on-call', 'backup')", name=op.f("ck_oncall_overrides_tier_is_known")),
        sa.CheckConstraint("ends > starts", name=op.f("ck_oncall_overrides_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_oncall_overrides_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_overrides")),
    )
    with op.batch_alter_table("oncall_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oncall_overrides_ends"), ["ends"], unique=False)

    op.create_table(
        "staff_channels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'email')", name=op.f("ck_staff_channels_kind_is_known")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_channels_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_channels")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_staff_channels_person_id_kind")),
    )
    op.create_table(
        "staff_links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_links_token_hash")),
    )
    with op.batch_alter_table("staff_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_links_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_passphrases",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("phc", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_passphrases_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_passphrases")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.CheckConstraint("last_seen_at >= started_at", name=op.f("ck_staff_sessions_seen_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_connections",
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approach_id"], ["case_approaches.id"], name=op.f("fk_case_connections_approach_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_connections_person_id")),
        sa.PrimaryKeyConstraint("approach_id", name=op.f("pk_case_connections")),
    )
    op.create_table(
        "case_contents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('caller_number', 'callback_number', 'message')", name=op.f("ck_case_contents_kind")
        ),
        sa.ForeignKeyConstraint(["approach_id"], ["case_approaches.id"], name=op.f("fk_case_contents_approach_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_contents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_contents")),
    )
    with op.batch_alter_table("case_contents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_contents_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_permissions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("content_id", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('call', 'sms', 'voicemail')", name=op.f("ck_case_permissions_channel")),
        sa.CheckConstraint("hours IN ('any', 'day', 'evening', 'night')", name=op.f("ck_case_permissions_hours")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_permissions_case_id")),
        sa.ForeignKeyConstraint(["content_id"], ["case_contents.id"], name=op.f("fk_case_permissions_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_permissions")),
    )
    with op.batch_alter_table("case_permissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_permissions_case_id"), ["case_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("case_permissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_permissions_case_id"))

    op.drop_table("case_permissions")
    with op.batch_alter_table("case_contents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_contents_case_id"))

    op.drop_table("case_contents")
    op.drop_table("case_connections")
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sessions_person_id"))

    op.drop_table("staff_sessions")
    op.drop_table("staff_passphrases")
    with op.batch_alter_table("staff_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_links_person_id"))

    op.drop_table("staff_links")
    op.drop_table("staff_channels")
    with op.batch_alter_table("oncall_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oncall_overrides_ends"))

    op.drop_table("oncall_overrides")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notifications_to_send",
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
        )
        batch_op.drop_index(batch_op.f("ix_notifications_step_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_person_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_case_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_carrier_ref"))

    op.drop_table("notifications")
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_escalations_next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    op.drop_table("escalations")
    with op.batch_alter_table("escalation_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_steps_case_id"))

    op.drop_table("escalation_steps")
    op.drop_table("escalation_staff_messages")
    with op.batch_alter_table("escalation_passes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_passes_case_id"))

    op.drop_table("escalation_passes")
    with op.batch_alter_table("case_return_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_return_codes_case_id"))

    op.drop_table("case_return_codes")
    with op.batch_alter_table("case_repeat_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_repeat_tags_short"))
        batch_op.drop_index(batch_op.f("ix_case_repeat_tags_full"))
        batch_op.drop_index(batch_op.f("ix_case_repeat_tags_case_id"))

    op.drop_table("case_repeat_tags")
    with op.batch_alter_table("case_mailboxes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_mailboxes_locator"))

    op.drop_table("case_mailboxes")
    with op.batch_alter_table("case_joins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_joins_into_id"))

    op.drop_table("case_joins")
    with op.batch_alter_table("case_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_holds_person_id"))
        batch_op.drop_index(
            "ix_case_holds_one_at_a_time",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_case_holds_case_id"))

    op.drop_table("case_holds")
    op.drop_table("case_grants")
    op.drop_table("case_first_contacts")
    op.drop_table("case_dangers")
    op.drop_table("case_closures")
    op.drop_table("case_breaches")
    with op.batch_alter_table("case_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_attempts_case_id"))

    op.drop_table("case_attempts")
    with op.batch_alter_table("case_assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_assignments_case_id"))

    op.drop_table("case_assignments")
    with op.batch_alter_table("case_approaches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_approaches_case_id"))

    op.drop_table("case_approaches")
    op.drop_table("staff_people")
    op.drop_table("staff_attempts")
    op.drop_table("programme_versions")
    op.drop_table("engine_pulse")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_opened_at"))
        batch_op.drop_index(batch_op.f("ix_cases_due_at"))

    op.drop_table("cases")
