"""routes doors and control

Revision: b0007, after b0006

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0007"
down_revision = "b0006"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is only ever added to"
WRITTEN_ONCE = {
    "audit_cosignatures": "checkpoint_id = NEW.checkpoint_id AND witness = NEW.witness",
    "audit_time_stamps": "checkpoint_id = NEW.checkpoint_id",
    "audit_refusals": "id = NEW.id",
    "audit_verifications": "id = NEW.id",
    "control_readings": "leaf = NEW.leaf",
    "control_hits": "leaf = NEW.leaf AND why = NEW.why",
    "control_samples": "month = NEW.month",
    "control_reviews": "leaf = NEW.leaf",
}
"""Tables of the log and of its control that are never changed, and what makes a new row the same as an old one. The function that refuses on
PostgreSQL is that of the log's first migration."""


def upgrade() -> None:
    op.create_table(
        "audit_streamed",
        sa.Column("receiver", sa.String(length=300), nullable=False),
        sa.Column("next_leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("next_leaf >= 0", name=op.f("ck_audit_streamed_next_leaf_is_a_place")),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_audit_streamed")),
    )
    op.create_table(
        "control_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_control_progress_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_progress")),
    )
    op.create_table(
        "control_readings",
        sa.Column("leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("because", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_control_readings")),
    )
    with op.batch_alter_table("control_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_control_readings_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_control_readings_by"), ["by"], unique=False)

    op.create_table(
        "control_samples",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_control_samples")),
    )
    op.create_table(
        "handover_parcels",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.CheckConstraint("what IN ('package', 'receipt')", name=op.f("ck_handover_parcels_what")),
        sa.PrimaryKeyConstraint("package_id", "what", name=op.f("pk_handover_parcels")),
    )
    with op.batch_alter_table("handover_parcels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_parcels_next_at"), ["next_at"], unique=False)

    op.create_table(
        "key_replacements",
        sa.Column("old_id", sa.String(length=32), nullable=False),
        sa.Column("new_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_key_replacements")),
    )
    op.create_table(
        "audit_cosignatures",
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("witness", sa.String(length=300), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_cosignatures_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", "witness", name=op.f("pk_audit_cosignatures")),
    )
    op.create_table(
        "audit_refusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked", sa.String(length=12), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("asked IN ('witness', 'authority')", name=op.f("ck_audit_refusals_asked_is_one_of_two")),
        sa.CheckConstraint(
            "because IN ('behind', 'forked', 'inconsistent', 'unknown_log', 'unknown_key', 'no_answer', 'bad_answer')",
            name=op.f("ck_audit_refusals_because_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_refusals_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_refusals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_refusals_at"), ["at"], unique=False)

    op.create_table(
        "audit_time_stamps",
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_time_stamps_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", name=op.f("pk_audit_time_stamps")),
    )
    op.create_table(
        "audit_verifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["audit_checkpoints.id"], name=op.f("fk_audit_verifications_checkpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_verifications")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_aparts",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("case_id < other_id", name=op.f("ck_case_aparts_one_way_round")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_aparts_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_aparts_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_aparts")),
    )
    with op.batch_alter_table("case_aparts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_aparts_other_id"), ["other_id"], unique=False)

    op.create_table(
        "case_co_handlings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "because IN ('support', 'experience', 'language', 'load', 'continuity')",
            name=op.f("ck_case_co_handlings_because"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_co_handlings_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_co_handlings_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_co_handlings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_co_handlings")),
    )
    with op.batch_alter_table("case_co_handlings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_co_handlings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_co_handlings_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_co_handlings_until"), ["until"], unique=False)

    op.create_table(
        "case_doubts",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=8), nullable=False),
        sa.CheckConstraint("because IN ('trap', 'haste')", name=op.f("ck_case_doubts_because")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_doubts_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_doubts")),
    )
    op.create_table(
        "case_links",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("case_id < other_id", name=op.f("ck_case_links_one_way_round")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_links_other_id")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_case_links")),
    )
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_links_other_id"), ["other_id"], unique=False)

    op.create_table(
        "case_notes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_notes_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notes")),
    )
    with op.batch_alter_table("case_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_notes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_partings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("into_id", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_partings_case_id")),
        sa.ForeignKeyConstraint(["into_id"], ["cases.id"], name=op.f("fk_case_partings_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_partings")),
    )
    with op.batch_alter_table("case_partings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_partings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_partings_into_id"), ["into_id"], unique=False)

    op.create_table(
        "control_hits",
        sa.Column("leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "why IN ('bait', 'excluded', 'staff_number', 'many', 'unjudged', 'not_theirs', 'no_longer_theirs', 'after_closing', 'searched', 'sampled')",
            name=op.f("ck_control_hits_why"),
        ),
        sa.ForeignKeyConstraint(["leaf"], ["control_readings.leaf"], name=op.f("fk_control_hits_leaf")),
        sa.PrimaryKeyConstraint("leaf", "why", name=op.f("pk_control_hits")),
    )
    op.create_table(
        "control_reviews",
        sa.Column("leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finding", sa.String(length=24), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "finding IN ('had_reason', 'cannot_tell', 'no_reason')", name=op.f("ck_control_reviews_finding")
        ),
        sa.CheckConstraint(
            "step IN ('none', 'reader_asked', 'manager_told', 'incident_reported')",
            name=op.f("ck_control_reviews_step"),
        ),
        sa.ForeignKeyConstraint(["leaf"], ["control_readings.leaf"], name=op.f("fk_control_reviews_leaf")),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_control_reviews")),
    )
    op.create_table(
        "demand_incidents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('outage', 'intrusion', 'lost_device', 'wrong_recipient', 'data_loss', 'supplier', 'other')",
            name=op.f("ck_demand_incidents_kind"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_incidents_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_incidents")),
    )
    op.create_table(
        "demand_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "asked_by IN ('person', 'guardian', 'police', 'security_police', 'prosecutor', 'customs', 'tax_agency', 'coast_guard')",
            name=op.f("ck_demand_requests_asked_by"),
        ),
        sa.CheckConstraint(
            "kind IN ('own_data', 'rectification', 'contact_details')", name=op.f("ck_demand_requests_kind")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_requests_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_requests")),
    )
    op.create_table(
        "handover_came",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handover_came_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_came")),
    )
    with op.batch_alter_table("handover_came", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_came_case_id"), ["case_id"], unique=False)

    op.create_table(
        "handover_taken_over",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_handover_taken_over_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handover_taken_over_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_taken_over")),
        sa.UniqueConstraint("source", name=op.f("uq_handover_taken_over_source")),
    )
    with op.batch_alter_table("handover_taken_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_taken_over_case_id"), ["case_id"], unique=False)

    op.create_table(
        "meeting_places",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_places_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_places")),
        sa.UniqueConstraint("name", name=op.f("uq_meeting_places_name")),
    )
    op.create_table(
        "oncall_feeds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_oncall_feeds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_oncall_feeds_digest")),
    )
    with op.batch_alter_table("oncall_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oncall_feeds_person_id"), ["person_id"], unique=False)

    op.create_table(
        "retention_batches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_retention_batches_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_batches")),
    )
    op.create_table(
        "retention_details_gone",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_details_gone_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_retention_details_gone")),
    )
    op.create_table(
        "retention_holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("because", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "because IN ('appeal', 'lawsuit', 'police_inquiry', 'supervision', 'person_asked', 'archive')",
            name=op.f("ck_retention_holds_because"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_holds_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_holds")),
    )
    with op.batch_alter_table("retention_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_holds_case_id"), ["case_id"], unique=False)

    op.create_table(
        "retention_receipts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=16), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('sealed', 'printed')", name=op.f("ck_retention_receipts_how")),
        sa.CheckConstraint("recipient IN ('case_system', 'child_file')", name=op.f("ck_retention_receipts_recipient")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_retention_receipts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_receipts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_receipts")),
    )
    with op.batch_alter_table("retention_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_receipts_case_id"), ["case_id"], unique=False)

    op.create_table(
        "retention_stones",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "name IN ('silent', 'unreached', 'advice', 'handed_over', 'documented', 'child')",
            name=op.f("ck_retention_stones_name"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_stones_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_retention_stones")),
    )
    op.create_table(
        "routing_advice_or_case",
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("told_of_right", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('advice', 'case')", name=op.f("ck_routing_advice_or_case_side")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_advice_or_case_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_advice_or_case_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_advice_or_case")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_advice_or_case_source")),
    )
    with op.batch_alter_table("routing_advice_or_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_advice_or_case_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_children",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_children_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_children_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_children")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_children_source")),
    )
    with op.batch_alter_table("routing_children", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_children_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_collision_overrides",
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.CheckConstraint("what IN ('unit', 'house', 'place')", name=op.f("ck_routing_collision_overrides_what")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_collision_overrides_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_collision_overrides_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_collision_overrides")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_collision_overrides_source")),
    )
    with op.batch_alter_table("routing_collision_overrides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_collision_overrides_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_collision_tags",
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_collision_tags_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_collision_tags_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_collision_tags")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_collision_tags_source")),
    )
    with op.batch_alter_table("routing_collision_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_collision_tags_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_collision_tags_mark"), ["mark"], unique=False)

    op.create_table(
        "routing_concern_reports",
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_concern_reports_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_concern_reports_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_concern_reports")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_concern_reports_source")),
    )
    with op.batch_alter_table("routing_concern_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_concern_reports_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_consents",
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_consents_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_consents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_consents")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_consents_source")),
    )
    with op.batch_alter_table("routing_consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_consents_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_conversations_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_conversations_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_conversations")),
        sa.UniqueConstraint("case_id", "nth", name=op.f("uq_routing_conversations_case_id_nth")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_conversations_source")),
    )
    with op.batch_alter_table("routing_conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_conversations_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_decisions",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_decisions_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_decisions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decisions")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_decisions_source")),
    )
    with op.batch_alter_table("routing_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_decisions_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_disclosures",
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_disclosures_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_disclosures_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_disclosures")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_disclosures_source")),
    )
    with op.batch_alter_table("routing_disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_disclosures_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_follow_ups",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_follow_ups_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_follow_ups_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_follow_ups")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_follow_ups_source")),
    )
    with op.batch_alter_table("routing_follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_follow_ups_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_protection_checks",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_protection_checks_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_protection_checks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_protection_checks")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_protection_checks_source")),
    )
    with op.batch_alter_table("routing_protection_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_protection_checks_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_steps_raised",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step IN ('child_track', 'strictest_contact')", name=op.f("ck_routing_steps_raised_step")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_steps_raised_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_steps_raised_case_id")),
        sa.PrimaryKeyConstraint("case_id", "step", name=op.f("pk_routing_steps_raised")),
    )
    op.create_table(
        "routing_steps_settled",
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_steps_settled_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_steps_settled_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_steps_settled")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_steps_settled_source")),
    )
    with op.batch_alter_table("routing_steps_settled", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_steps_settled_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_to_dos",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_to_dos_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_to_dos_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_to_dos")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_to_dos_source")),
    )
    with op.batch_alter_table("routing_to_dos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_to_dos_case_id"), ["case_id"], unique=False)

    op.create_table(
        "staff_challenges",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'register', 'prove')", name=op.f("ck_staff_challenges_purpose_is_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_challenges_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_challenges")),
    )
    with op.batch_alter_table("staff_challenges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_challenges_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "staff_code_apps",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_code_apps_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_code_apps")),
    )
    op.create_table(
        "staff_cut_offs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=8), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("because IN ('left', 'doubt')", name=op.f("ck_staff_cut_offs_because_is_known")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_cut_offs_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_cut_offs")),
    )
    with op.batch_alter_table("staff_cut_offs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_cut_offs_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_duress_passphrases",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("phc", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_duress_passphrases_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_duress_passphrases")),
    )
    op.create_table(
        "staff_half_sign_ins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_half_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_half_sign_ins")),
    )
    with op.batch_alter_table("staff_half_sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_half_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_passkeys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_passkeys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_staff_passkeys_credential_id")),
    )
    with op.batch_alter_table("staff_passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_passkeys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_provider_accounts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_provider_accounts_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_provider_accounts")),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_provider_accounts_digest")),
    )
    with op.batch_alter_table("staff_provider_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_provider_accounts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_recovery_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery_codes")),
    )
    with op.batch_alter_table("staff_recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_recovery_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_resets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("because IN ('lost', 'stolen', 'broken')", name=op.f("ck_staff_resets_because_is_known")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_resets_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_resets")),
    )
    with op.batch_alter_table("staff_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_resets_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_second_step_misses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_second_step_misses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_second_step_misses")),
    )
    with op.batch_alter_table("staff_second_step_misses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_second_step_misses_at"), ["at"], unique=False)

    op.create_table(
        "statistics_to_open",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("soon", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["month"], ["statistics_months.month"], name=op.f("fk_statistics_to_open_month")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_statistics_to_open")),
    )
    op.create_table(
        "case_co_handling_ends",
        sa.Column("co_handling_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=False),
        sa.CheckConstraint("because IN ('word', 'day', 'excluded')", name=op.f("ck_case_co_handling_ends_because")),
        sa.ForeignKeyConstraint(
            ["co_handling_id"], ["case_co_handlings.id"], name=op.f("fk_case_co_handling_ends_co_handling_id")
        ),
        sa.PrimaryKeyConstraint("co_handling_id", name=op.f("pk_case_co_handling_ends")),
    )
    op.create_table(
        "case_entries",
        sa.Column("approach_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "way IN ('visit', 'switchboard', 'letter', 'paper', 'colleague', 'other')", name=op.f("ck_case_entries_way")
        ),
        sa.ForeignKeyConstraint(["approach_id"], ["case_approaches.id"], name=op.f("fk_case_entries_approach_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_entries_by_id")),
        sa.PrimaryKeyConstraint("approach_id", name=op.f("pk_case_entries")),
    )
    op.create_table(
        "case_moved_tags",
        sa.Column("tag_id", sa.String(length=32), nullable=False),
        sa.Column("from_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["cases.id"], name=op.f("fk_case_moved_tags_from_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["case_repeat_tags.id"], name=op.f("fk_case_moved_tags_tag_id")),
        sa.PrimaryKeyConstraint("tag_id", "from_id", name=op.f("pk_case_moved_tags")),
    )
    with op.batch_alter_table("case_moved_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_moved_tags_from_id"), ["from_id"], unique=False)

    op.create_table(
        "demand_assessments",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("found", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "found IN ('no_secrecy', 'secrecy_gives_way', 'secrecy_informant', 'secrecy_protected', 'special_reasons', 'nothing')",
            name=op.f("ck_demand_assessments_found"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_assessments_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["demand_requests.id"], name=op.f("fk_demand_assessments_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_demand_assessments")),
    )
    op.create_table(
        "demand_decisions",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("decided", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decided IN ('granted', 'granted_in_part', 'refused')", name=op.f("ck_demand_decisions_decided")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_decisions_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["demand_requests.id"], name=op.f("fk_demand_decisions_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_demand_decisions")),
    )
    op.create_table(
        "demand_extracts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "identity IN ('receipt', 'document', 'code_word')", name=op.f("ck_demand_extracts_identity")
        ),
        sa.CheckConstraint("way IN ('in_person', 'mailbox')", name=op.f("ck_demand_extracts_way")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_extracts_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_demand_extracts_case_id")),
        sa.ForeignKeyConstraint(["request_id"], ["demand_requests.id"], name=op.f("fk_demand_extracts_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_extracts")),
    )
    with op.batch_alter_table("demand_extracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_extracts_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_demand_extracts_request_id"), ["request_id"], unique=False)

    op.create_table(
        "demand_incident_words",
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "word IN ('early_notice', 'report', 'final_report', 'authority', 'not_cyber', 'not_gdpr', 'persons_told', 'closed')",
            name=op.f("ck_demand_incident_words_word"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_incident_words_by_id")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["demand_incidents.id"], name=op.f("fk_demand_incident_words_incident_id")
        ),
        sa.PrimaryKeyConstraint("incident_id", "word", name=op.f("pk_demand_incident_words")),
    )
    op.create_table(
        "handover_answers",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=True),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "because IN ('not_ours', 'full', 'conflict', 'other')", name=op.f("ck_handover_answers_because")
        ),
        sa.CheckConstraint("accepted = (because IS NULL)", name=op.f("ck_handover_answers_declined_with_a_reason")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_handover_answers_by_id")),
        sa.ForeignKeyConstraint(["package_id"], ["handover_came.id"], name=op.f("fk_handover_answers_package_id")),
        sa.PrimaryKeyConstraint("package_id", name=op.f("pk_handover_answers")),
    )
    op.create_table(
        "handover_packages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["handover_came.id"], name=op.f("fk_handover_packages_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_packages")),
    )
    op.create_table(
        "handover_sent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("disclosure_id", sa.String(length=32), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_handover_sent_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handover_sent_case_id")),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["routing_disclosures.id"], name=op.f("fk_handover_sent_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_sent")),
    )
    with op.batch_alter_table("handover_sent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_sent_case_id"), ["case_id"], unique=False)

    op.create_table(
        "meeting_place_incidents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("place_id", sa.String(length=32), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_place_incidents_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["meeting_places.id"], name=op.f("fk_meeting_place_incidents_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_place_incidents")),
        sa.UniqueConstraint("place_id", "nth", name=op.f("uq_meeting_place_incidents_place_id_nth")),
        sa.UniqueConstraint("source", name=op.f("uq_meeting_place_incidents_source")),
    )
    with op.batch_alter_table("meeting_place_incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_place_incidents_place_id"), ["place_id"], unique=False)

    op.create_table(
        "meeting_place_openings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("place_id", sa.String(length=32), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "because IN ('looked_over', 'police', 'not_there')", name=op.f("ck_meeting_place_openings_because")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_place_openings_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["meeting_places.id"], name=op.f("fk_meeting_place_openings_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_place_openings")),
    )
    with op.batch_alter_table("meeting_place_openings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_place_openings_place_id"), ["place_id"], unique=False)

    op.create_table(
        "meeting_places_closed",
        sa.Column("place_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_places_closed_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["meeting_places.id"], name=op.f("fk_meeting_places_closed_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_meeting_places_closed")),
    )
    op.create_table(
        "meetings",
        sa.Column("place_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_in_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.CheckConstraint("check_in_by > starts", name=op.f("ck_meetings_checked_after")),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_meetings_two_people")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meetings_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_meetings_case_id")),
        sa.ForeignKeyConstraint(["first_id"], ["staff_people.id"], name=op.f("fk_meetings_first_id")),
        sa.ForeignKeyConstraint(["place_id"], ["meeting_places.id"], name=op.f("fk_meetings_place_id")),
        sa.ForeignKeyConstraint(["second_id"], ["staff_people.id"], name=op.f("fk_meetings_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("source", name=op.f("uq_meetings_source")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_check_in_by"), ["check_in_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_place_id"), ["place_id"], unique=False)

    op.create_table(
        "retention_batch_ends",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("forgotten", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["retention_batches.id"], name=op.f("fk_retention_batch_ends_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_retention_batch_ends")),
    )
    op.create_table(
        "retention_batch_lines",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "name IN ('silent', 'unreached', 'advice', 'handed_over', 'documented', 'child')",
            name=op.f("ck_retention_batch_lines_name"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["retention_batches.id"], name=op.f("fk_retention_batch_lines_batch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_retention_batch_lines_case_id")),
        sa.PrimaryKeyConstraint("batch_id", "case_id", name=op.f("pk_retention_batch_lines")),
    )
    op.create_table(
        "retention_hold_words",
        sa.Column("hold_id", sa.String(length=32), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "word IN ('asked', 'agreed', 'refused', 'lift_asked', 'lift_agreed', 'lift_refused')",
            name=op.f("ck_retention_hold_words_word"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_retention_hold_words_by_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["retention_holds.id"], name=op.f("fk_retention_hold_words_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "nth", name=op.f("pk_retention_hold_words")),
    )
    op.create_table(
        "retention_seconds",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["retention_batches.id"], name=op.f("fk_retention_seconds_batch_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_retention_seconds_by_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_retention_seconds")),
    )
    op.create_table(
        "routing_answers",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_answers_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_answers_case_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["routing_conversations.id"], name=op.f("fk_routing_answers_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_answers")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_answers_source")),
    )
    with op.batch_alter_table("routing_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_answers_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_collision_seconds",
        sa.Column("override_id", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_collision_seconds_by_id")),
        sa.ForeignKeyConstraint(
            ["override_id"], ["routing_collision_overrides.id"], name=op.f("fk_routing_collision_seconds_override_id")
        ),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_routing_collision_seconds")),
    )
    op.create_table(
        "routing_consent_withdrawals",
        sa.Column("consent_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_consent_withdrawals_by_id")),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["routing_consents.id"], name=op.f("fk_routing_consent_withdrawals_consent_id")
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_routing_consent_withdrawals")),
    )
    op.create_table(
        "routing_disclosure_seconds",
        sa.Column("disclosure_id", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_disclosure_seconds_by_id")),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["routing_disclosures.id"], name=op.f("fk_routing_disclosure_seconds_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("disclosure_id", name=op.f("pk_routing_disclosure_seconds")),
    )
    op.create_table(
        "routing_leads",
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_leads_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_leads_case_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_leads_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_leads")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_routing_leads_decision_id")),
        sa.UniqueConstraint("source", name=op.f("uq_routing_leads_source")),
    )
    with op.batch_alter_table("routing_leads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_leads_case_id"), ["case_id"], unique=False)

    op.create_table(
        "routing_lines",
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_lines_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", "place", "nth", name=op.f("pk_routing_lines")),
    )
    op.create_table(
        "routing_offers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_offers_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_offers_case_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["routing_decisions.id"], name=op.f("fk_routing_offers_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_offers")),
        sa.UniqueConstraint("decision_id", "place", "nth", name=op.f("uq_routing_offers_decision_id_place_nth")),
    )
    with op.batch_alter_table("routing_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_offers_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_offers_unit"), ["unit"], unique=False)

    op.create_table(
        "routing_to_do_ends",
        sa.Column("to_do_id", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('done', 'dropped')", name=op.f("ck_routing_to_do_ends_how")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_to_do_ends_by_id")),
        sa.ForeignKeyConstraint(["to_do_id"], ["routing_to_dos.id"], name=op.f("fk_routing_to_do_ends_to_do_id")),
        sa.PrimaryKeyConstraint("to_do_id", name=op.f("pk_routing_to_do_ends")),
    )
    op.create_table(
        "routing_to_do_moves",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("to_do_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_to_do_moves_by_id")),
        sa.ForeignKeyConstraint(["to_do_id"], ["routing_to_dos.id"], name=op.f("fk_routing_to_do_moves_to_do_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_to_do_moves")),
    )
    with op.batch_alter_table("routing_to_do_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_to_do_moves_to_do_id"), ["to_do_id"], unique=False)

    op.create_table(
        "staff_duress_news",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["staff_sessions.id"], name=op.f("fk_staff_duress_news_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_staff_duress_news")),
    )
    op.create_table(
        "staff_guess_news",
        sa.Column("miss_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["miss_id"], ["staff_second_step_misses.id"], name=op.f("fk_staff_guess_news_miss_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_guess_news_person_id")),
        sa.PrimaryKeyConstraint("miss_id", name=op.f("pk_staff_guess_news")),
    )
    op.create_table(
        "staff_provider_visits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=True),
        sa.Column("session_id", sa.String(length=64), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'bind', 'prove')", name=op.f("ck_staff_provider_visits_purpose_is_known")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["staff_links.id"], name=op.f("fk_staff_provider_visits_link_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["staff_sessions.id"], name=op.f("fk_staff_provider_visits_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_provider_visits")),
    )
    with op.batch_alter_table("staff_provider_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_provider_visits_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "staff_reset_answers",
        sa.Column("reset_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["reset_id"], ["staff_resets.id"], name=op.f("fk_staff_reset_answers_reset_id")),
        sa.PrimaryKeyConstraint("reset_id", name=op.f("pk_staff_reset_answers")),
    )
    op.create_table(
        "staff_session_proofs",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('link', 'passphrase', 'passkey', 'provider', 'duress')",
            name=op.f("ck_staff_session_proofs_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["session_id"], ["staff_sessions.id"], name=op.f("fk_staff_session_proofs_session_id")),
        sa.PrimaryKeyConstraint("session_id", "kind", name=op.f("pk_staff_session_proofs")),
    )
    with op.batch_alter_table("staff_session_proofs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_proofs_kind"), ["kind"], unique=False)

    op.create_table(
        "statistics_unopened",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("soon", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_statistics_unopened_case_id")),
        sa.ForeignKeyConstraint(["month"], ["statistics_to_open.month"], name=op.f("fk_statistics_unopened_month")),
        sa.PrimaryKeyConstraint("month", "case_id", name=op.f("pk_statistics_unopened")),
    )
    with op.batch_alter_table("statistics_unopened", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statistics_unopened_case_id"), ["case_id"], unique=False)

    op.create_table(
        "demand_given",
        sa.Column("extract_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_given_by_id")),
        sa.ForeignKeyConstraint(["extract_id"], ["demand_extracts.id"], name=op.f("fk_demand_given_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", name=op.f("pk_demand_given")),
    )
    op.create_table(
        "demand_releases",
        sa.Column("extract_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_demand_releases_by_id")),
        sa.ForeignKeyConstraint(["extract_id"], ["demand_extracts.id"], name=op.f("fk_demand_releases_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", name=op.f("pk_demand_releases")),
    )
    op.create_table(
        "demand_withheld",
        sa.Column("extract_id", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.CheckConstraint("ground IN ('informant', 'protected', 'another')", name=op.f("ck_demand_withheld_ground")),
        sa.ForeignKeyConstraint(["extract_id"], ["demand_extracts.id"], name=op.f("fk_demand_withheld_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", "mark", name=op.f("pk_demand_withheld")),
    )
    op.create_table(
        "handover_receipts",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "because IN ('not_ours', 'full', 'conflict', 'other')", name=op.f("ck_handover_receipts_because")
        ),
        sa.CheckConstraint("accepted = (because IS NULL)", name=op.f("ck_handover_receipts_declined_with_a_reason")),
        sa.ForeignKeyConstraint(["package_id"], ["handover_sent.id"], name=op.f("fk_handover_receipts_package_id")),
        sa.PrimaryKeyConstraint("package_id", name=op.f("pk_handover_receipts")),
    )
    op.create_table(
        "meeting_alarms",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_alarms_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_alarms")),
    )
    op.create_table(
        "meeting_check_ins",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('safe', 'called_off')", name=op.f("ck_meeting_check_ins_how")),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_check_ins_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_check_ins_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_check_ins")),
    )
    op.create_table(
        "meeting_incident_words",
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_incident_words_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_meeting_incident_words_case_id")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["meeting_place_incidents.id"], name=op.f("fk_meeting_incident_words_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_incident_words")),
        sa.UniqueConstraint("source", name=op.f("uq_meeting_incident_words_source")),
    )
    with op.batch_alter_table("meeting_incident_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_incident_words_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_incident_words_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "meeting_place_opening_seconds",
        sa.Column("opening_id", sa.String(length=32), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_meeting_place_opening_seconds_by_id")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["meeting_place_openings.id"], name=op.f("fk_meeting_place_opening_seconds_opening_id")
        ),
        sa.PrimaryKeyConstraint("opening_id", name=op.f("pk_meeting_place_opening_seconds")),
    )
    op.create_table(
        "routing_offer_answers",
        sa.Column("offer_id", sa.String(length=32), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(length=16), nullable=True),
        sa.Column("word", sa.String(length=8), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "because IN ('not_ours', 'full', 'conflict', 'other')", name=op.f("ck_routing_offer_answers_because")
        ),
        sa.CheckConstraint("word IN ('unit', 'handler')", name=op.f("ck_routing_offer_answers_word")),
        sa.CheckConstraint(
            "accepted = (because IS NULL)", name=op.f("ck_routing_offer_answers_declined_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_routing_offer_answers_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["routing_offers.id"], name=op.f("fk_routing_offer_answers_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_routing_offer_answers")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    refuse_change()


def refuse_change() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for table, same_row in WRITTEN_ONCE.items():
        if on_postgresql:
            refuse_change_on_postgresql(table)
        else:
            refuse_change_on_sqlite(table, same_row)


def refuse_change_on_postgresql(table: str) -> None:
    for name, deed, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{name} BEFORE {deed} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION audit_refuse_change()"
        )
        # otherwise a session that plays a replica (session_replication_role) would walk past it
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_{name}")


def refuse_change_on_sqlite(table: str, same_row: str) -> None:
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
        for name in ("change", "truncate") if on_postgresql else ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{name}" + (f" ON {table}" if on_postgresql else ""))


def downgrade() -> None:
    allow_change()
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_column("entered_at")

    op.drop_table("routing_offer_answers")
    op.drop_table("meeting_place_opening_seconds")
    with op.batch_alter_table("meeting_incident_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_incident_words_incident_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_incident_words_case_id"))

    op.drop_table("meeting_incident_words")
    op.drop_table("meeting_check_ins")
    op.drop_table("meeting_alarms")
    op.drop_table("handover_receipts")
    op.drop_table("demand_withheld")
    op.drop_table("demand_releases")
    op.drop_table("demand_given")
    with op.batch_alter_table("statistics_unopened", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statistics_unopened_case_id"))

    op.drop_table("statistics_unopened")
    with op.batch_alter_table("staff_session_proofs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_proofs_kind"))

    op.drop_table("staff_session_proofs")
    op.drop_table("staff_reset_answers")
    with op.batch_alter_table("staff_provider_visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_provider_visits_expires_at"))

    op.drop_table("staff_provider_visits")
    op.drop_table("staff_guess_news")
    op.drop_table("staff_duress_news")
    with op.batch_alter_table("routing_to_do_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_to_do_moves_to_do_id"))

    op.drop_table("routing_to_do_moves")
    op.drop_table("routing_to_do_ends")
    with op.batch_alter_table("routing_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_offers_unit"))
        batch_op.drop_index(batch_op.f("ix_routing_offers_case_id"))

    op.drop_table("routing_offers")
    op.drop_table("routing_lines")
    with op.batch_alter_table("routing_leads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_leads_case_id"))

    op.drop_table("routing_leads")
    op.drop_table("routing_disclosure_seconds")
    op.drop_table("routing_consent_withdrawals")
    op.drop_table("routing_collision_seconds")
    with op.batch_alter_table("routing_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_answers_case_id"))

    op.drop_table("routing_answers")
    op.drop_table("retention_seconds")
    op.drop_table("retention_hold_words")
    op.drop_table("retention_batch_lines")
    op.drop_table("retention_batch_ends")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_place_id"))
        batch_op.drop_index(batch_op.f("ix_meetings_check_in_by"))
        batch_op.drop_index(batch_op.f("ix_meetings_case_id"))

    op.drop_table("meetings")
    op.drop_table("meeting_places_closed")
    with op.batch_alter_table("meeting_place_openings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_place_openings_place_id"))

    op.drop_table("meeting_place_openings")
    with op.batch_alter_table("meeting_place_incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_place_incidents_place_id"))

    op.drop_table("meeting_place_incidents")
    with op.batch_alter_table("handover_sent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_sent_case_id"))

    op.drop_table("handover_sent")
    op.drop_table("handover_packages")
    op.drop_table("handover_answers")
    op.drop_table("demand_incident_words")
    with op.batch_alter_table("demand_extracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_extracts_request_id"))
        batch_op.drop_index(batch_op.f("ix_demand_extracts_case_id"))

    op.drop_table("demand_extracts")
    op.drop_table("demand_decisions")
    op.drop_table("demand_assessments")
    with op.batch_alter_table("case_moved_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_moved_tags_from_id"))

    op.drop_table("case_moved_tags")
    op.drop_table("case_entries")
    op.drop_table("case_co_handling_ends")
    op.drop_table("statistics_to_open")
    with op.batch_alter_table("staff_second_step_misses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_second_step_misses_at"))

    op.drop_table("staff_second_step_misses")
    with op.batch_alter_table("staff_resets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_resets_person_id"))

    op.drop_table("staff_resets")
    with op.batch_alter_table("staff_recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_recovery_codes_person_id"))

    op.drop_table("staff_recovery_codes")
    with op.batch_alter_table("staff_provider_accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_provider_accounts_person_id"))

    op.drop_table("staff_provider_accounts")
    with op.batch_alter_table("staff_passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_passkeys_person_id"))

    op.drop_table("staff_passkeys")
    with op.batch_alter_table("staff_half_sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_half_sign_ins_person_id"))

    op.drop_table("staff_half_sign_ins")
    op.drop_table("staff_duress_passphrases")
    with op.batch_alter_table("staff_cut_offs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_cut_offs_person_id"))

    op.drop_table("staff_cut_offs")
    op.drop_table("staff_code_apps")
    with op.batch_alter_table("staff_challenges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_challenges_expires_at"))

    op.drop_table("staff_challenges")
    with op.batch_alter_table("routing_to_dos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_to_dos_case_id"))

    op.drop_table("routing_to_dos")
    with op.batch_alter_table("routing_steps_settled", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_steps_settled_case_id"))

    op.drop_table("routing_steps_settled")
    op.drop_table("routing_steps_raised")
    with op.batch_alter_table("routing_protection_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_protection_checks_case_id"))

    op.drop_table("routing_protection_checks")
    with op.batch_alter_table("routing_follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_follow_ups_case_id"))

    op.drop_table("routing_follow_ups")
    with op.batch_alter_table("routing_disclosures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_disclosures_case_id"))

    op.drop_table("routing_disclosures")
    with op.batch_alter_table("routing_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_decisions_case_id"))

    op.drop_table("routing_decisions")
    with op.batch_alter_table("routing_conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_conversations_case_id"))

    op.drop_table("routing_conversations")
    with op.batch_alter_table("routing_consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_consents_case_id"))

    op.drop_table("routing_consents")
    with op.batch_alter_table("routing_concern_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_concern_reports_case_id"))

    op.drop_table("routing_concern_reports")
    with op.batch_alter_table("routing_collision_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_collision_tags_mark"))
        batch_op.drop_index(batch_op.f("ix_routing_collision_tags_case_id"))

    op.drop_table("routing_collision_tags")
    with op.batch_alter_table("routing_collision_overrides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_collision_overrides_case_id"))

    op.drop_table("routing_collision_overrides")
    with op.batch_alter_table("routing_children", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_children_case_id"))

    op.drop_table("routing_children")
    with op.batch_alter_table("routing_advice_or_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_advice_or_case_case_id"))

    op.drop_table("routing_advice_or_case")
    op.drop_table("retention_stones")
    with op.batch_alter_table("retention_receipts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_receipts_case_id"))

    op.drop_table("retention_receipts")
    with op.batch_alter_table("retention_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_holds_case_id"))

    op.drop_table("retention_holds")
    op.drop_table("retention_details_gone")
    op.drop_table("retention_batches")
    with op.batch_alter_table("oncall_feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oncall_feeds_person_id"))

    op.drop_table("oncall_feeds")
    op.drop_table("meeting_places")
    with op.batch_alter_table("handover_taken_over", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_taken_over_case_id"))

    op.drop_table("handover_taken_over")
    with op.batch_alter_table("handover_came", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_came_case_id"))

    op.drop_table("handover_came")
    op.drop_table("demand_requests")
    op.drop_table("demand_incidents")
    op.drop_table("control_reviews")
    op.drop_table("control_hits")
    with op.batch_alter_table("case_partings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_partings_into_id"))
        batch_op.drop_index(batch_op.f("ix_case_partings_case_id"))

    op.drop_table("case_partings")
    with op.batch_alter_table("case_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_notes_case_id"))

    op.drop_table("case_notes")
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_links_other_id"))

    op.drop_table("case_links")
    op.drop_table("case_doubts")
    with op.batch_alter_table("case_co_handlings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_co_handlings_until"))
        batch_op.drop_index(batch_op.f("ix_case_co_handlings_person_id"))
        batch_op.drop_index(batch_op.f("ix_case_co_handlings_case_id"))

    op.drop_table("case_co_handlings")
    with op.batch_alter_table("case_aparts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_aparts_other_id"))

    op.drop_table("case_aparts")
    op.drop_table("audit_verifications")
    op.drop_table("audit_time_stamps")
    with op.batch_alter_table("audit_refusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_refusals_at"))

    op.drop_table("audit_refusals")
    op.drop_table("audit_cosignatures")
    op.drop_table("key_replacements")
    with op.batch_alter_table("handover_parcels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_parcels_next_at"))

    op.drop_table("handover_parcels")
    op.drop_table("control_samples")
    with op.batch_alter_table("control_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_control_readings_by"))
        batch_op.drop_index(batch_op.f("ix_control_readings_at"))

    op.drop_table("control_readings")
    op.drop_table("control_progress")
    op.drop_table("audit_streamed")
