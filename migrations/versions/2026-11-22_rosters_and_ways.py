"""rosters and ways

Revision: b0005, after b0004b

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0005"
down_revision = "b0004b"
branch_labels = None
depends_on = None


WATCHED = (
    "oncall_overrides_lifted",
    "oncall_offers",
    "oncall_takings",
    "oncall_leaves",
    "oncall_returns",
    "staff_endpoints",
    "staff_wishes",
)
"""Tables that processes remember what they read from, besides those of b0004: see `app/remembered.py`."""

DEEDS = ("INSERT", "UPDATE", "DELETE")
RANDOM = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "replace(gen_random_uuid()::text, '-', '')"}


def upgrade() -> None:
    op.create_table(
        "oncall_gap_notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lead_hours", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends > starts", name=op.f("ck_oncall_gap_notices_ends_after_start")),
        sa.CheckConstraint("lead_hours IN (72, 24)", name=op.f("ck_oncall_gap_notices_lead_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_gap_notices")),
    )
    with op.batch_alter_table("oncall_gap_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oncall_gap_notices_ends"), ["ends"], unique=False)

    op.create_table(
        "case_canaries",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_canaries_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_canaries")),
    )
    op.create_table(
        "case_exclusions",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_exclusions_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_case_exclusions_person_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_case_exclusions")),
    )
    with op.batch_alter_table("case_exclusions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_exclusions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "case_preferences",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_preferences_case_id")),
        sa.PrimaryKeyConstraint("case_id", "tag", name=op.f("pk_case_preferences")),
    )
    op.create_table(
        "escalation_senior_calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["staff_people.id"], name=op.f("fk_escalation_senior_calls_asked_by_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_escalation_senior_calls_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_escalation_senior_calls_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_senior_calls")),
    )
    with op.batch_alter_table("escalation_senior_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_senior_calls_case_id"), ["case_id"], unique=False)

    op.create_table(
        "oncall_leaves",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.CheckConstraint("ends > starts", name=op.f("ck_oncall_leaves_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_oncall_leaves_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_leaves")),
    )
    with op.batch_alter_table("oncall_leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oncall_leaves_ends"), ["ends"], unique=False)

    op.create_table(
        "oncall_offers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tier IN ('on-call', 'backup')", name=op.f("ck_oncall_offers_tier_is_known")),
        sa.CheckConstraint("ends > starts", name=op.f("ck_oncall_offers_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_oncall_offers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_offers")),
    )
    with op.batch_alter_table("oncall_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oncall_offers_ends"), ["ends"], unique=False)

    op.create_table(
        "staff_endpoints",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('push', 'webhook')", name=op.f("ck_staff_endpoints_kind_is_known")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_endpoints_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_endpoints")),
    )
    with op.batch_alter_table("staff_endpoints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_endpoints_mark"), ["mark"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_endpoints_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staff_probes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'code') = (digest IS NOT NULL)", name=op.f("ck_staff_probes_code_has_digest")),
        sa.CheckConstraint(
            "channel IN ('sms', 'call', 'push', 'email')", name=op.f("ck_staff_probes_channel_is_known")
        ),
        sa.CheckConstraint("kind IN ('code', 'test', 'vouched')", name=op.f("ck_staff_probes_kind_is_known")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_probes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_probes")),
    )
    with op.batch_alter_table("staff_probes", schema=None) as batch_op:
        batch_op.create_index("ix_staff_probes_of_one_channel", ["person_id", "channel", "sent_at"], unique=False)

    op.create_table(
        "staff_wishes",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('sms', 'call', 'push', 'email', 'webhook')", name=op.f("ck_staff_wishes_channel_is_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_staff_wishes_person_id")),
        sa.PrimaryKeyConstraint("person_id", "channel", name=op.f("pk_staff_wishes")),
    )
    op.create_table(
        "case_breach_reasons",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "code IN ('no_staff', 'no_answer', 'unsafe_to_contact', 'no_number', 'wrong_number', 'asked_for_later', 'technical')",
            name=op.f("ck_case_breach_reasons_code"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_people.id"], name=op.f("fk_case_breach_reasons_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_breaches.case_id"], name=op.f("fk_case_breach_reasons_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_breach_reasons")),
    )
    with op.batch_alter_table("case_breach_reasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_breach_reasons_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_holds_kept",
        sa.Column("hold_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["case_holds.id"], name=op.f("fk_case_holds_kept_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_case_holds_kept")),
    )
    op.create_table(
        "notification_bundles",
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("within_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["notifications.id"], name=op.f("fk_notification_bundles_page_id")),
        sa.ForeignKeyConstraint(["within_id"], ["notifications.id"], name=op.f("fk_notification_bundles_within_id")),
        sa.PrimaryKeyConstraint("page_id", "nth", name=op.f("pk_notification_bundles")),
    )
    with op.batch_alter_table("notification_bundles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_bundles_within_id"), ["within_id"], unique=False)

    op.create_table(
        "notification_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["notifications.id"], name=op.f("fk_notification_links_page_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_notification_links")),
    )
    with op.batch_alter_table("notification_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_links_page_id"), ["page_id"], unique=False)

    op.create_table(
        "oncall_overrides_lifted",
        sa.Column("override_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["override_id"], ["oncall_overrides.id"], name=op.f("fk_oncall_overrides_lifted_override_id")
        ),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_oncall_overrides_lifted")),
    )
    op.create_table(
        "oncall_returns",
        sa.Column("leave_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["leave_id"], ["oncall_leaves.id"], name=op.f("fk_oncall_returns_leave_id")),
        sa.PrimaryKeyConstraint("leave_id", name=op.f("pk_oncall_returns")),
    )
    op.create_table(
        "oncall_takings",
        sa.Column("offer_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["oncall_offers.id"], name=op.f("fk_oncall_takings_offer_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff_people.id"], name=op.f("fk_oncall_takings_person_id")),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_oncall_takings")),
    )
    op.create_table(
        "oncall_withdrawals",
        sa.Column("offer_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["oncall_offers.id"], name=op.f("fk_oncall_withdrawals_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_oncall_withdrawals")),
    )
    op.create_table(
        "staff_proofs",
        sa.Column("probe_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "how IN ('typed', 'text', 'key', 'opened', 'vouched')", name=op.f("ck_staff_proofs_how_is_known")
        ),
        sa.ForeignKeyConstraint(["probe_id"], ["staff_probes.id"], name=op.f("fk_staff_proofs_probe_id")),
        sa.PrimaryKeyConstraint("probe_id", name=op.f("pk_staff_proofs")),
    )
    with op.batch_alter_table("engine_pulse", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deeds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("rounds_in_all", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("deeds_in_all", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("postponed_in_all", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("busy_ms_in_all", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("late_ms_in_all", sa.BigInteger(), server_default="0", nullable=False))

    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalations_put_aside",
            ["failures"],
            unique=False,
            sqlite_where=sa.text("failures > 0"),
            postgresql_where=sa.text("failures > 0"),
        )

    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_of_one_person",
            ["person_id", "channel", "priority", "not_before"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
    watch()


def downgrade() -> None:
    unwatch()
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notifications_of_one_person",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_escalations_put_aside", sqlite_where=sa.text("failures > 0"), postgresql_where=sa.text("failures > 0")
        )

    with op.batch_alter_table("engine_pulse", schema=None) as batch_op:
        batch_op.drop_column("late_ms_in_all")
        batch_op.drop_column("busy_ms_in_all")
        batch_op.drop_column("postponed_in_all")
        batch_op.drop_column("deeds_in_all")
        batch_op.drop_column("rounds_in_all")
        batch_op.drop_column("deeds")

    op.drop_table("staff_proofs")
    op.drop_table("oncall_withdrawals")
    op.drop_table("oncall_takings")
    op.drop_table("oncall_returns")
    op.drop_table("oncall_overrides_lifted")
    with op.batch_alter_table("notification_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_links_page_id"))

    op.drop_table("notification_links")
    with op.batch_alter_table("notification_bundles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notification_bundles_within_id"))

    op.drop_table("notification_bundles")
    op.drop_table("case_holds_kept")
    with op.batch_alter_table("case_breach_reasons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_breach_reasons_case_id"))

    op.drop_table("case_breach_reasons")
    op.drop_table("staff_wishes")
    with op.batch_alter_table("staff_probes", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_probes_of_one_channel")

    op.drop_table("staff_probes")
    with op.batch_alter_table("staff_endpoints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_endpoints_person_id"))
        batch_op.drop_index(batch_op.f("ix_staff_endpoints_mark"))

    op.drop_table("staff_endpoints")
    with op.batch_alter_table("oncall_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oncall_offers_ends"))

    op.drop_table("oncall_offers")
    with op.batch_alter_table("oncall_leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oncall_leaves_ends"))

    op.drop_table("oncall_leaves")
    with op.batch_alter_table("escalation_senior_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_senior_calls_case_id"))

    op.drop_table("escalation_senior_calls")
    op.drop_table("case_preferences")
    with op.batch_alter_table("case_exclusions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_exclusions_person_id"))

    op.drop_table("case_exclusions")
    op.drop_table("case_canaries")
    with op.batch_alter_table("oncall_gap_notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oncall_gap_notices_ends"))

    op.drop_table("oncall_gap_notices")


def watch() -> None:
    for table in WATCHED:
        if op.get_context().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_new_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION new_edition()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_new_edition")
            continue
        for deed in DEEDS:
            op.execute(
                f"CREATE TRIGGER {table}_new_edition_{deed.lower()} AFTER {deed} ON {table}"
                f" BEGIN UPDATE edition SET id = {RANDOM['sqlite']}; END"
            )


def unwatch() -> None:
    for table in WATCHED:
        if op.get_context().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_new_edition ON {table}")
            continue
        for deed in DEEDS:
            op.execute(f"DROP TRIGGER {table}_new_edition_{deed.lower()}")
    # what was remembered of these tables is over
    op.execute(f"UPDATE edition SET id = {RANDOM[op.get_context().dialect.name]}")
