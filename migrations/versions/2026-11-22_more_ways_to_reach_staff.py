"""more ways to reach staff: pages by push and webhook, and what is wrong with them

Revision: b0004b, after b0004

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b0004b"
down_revision = "b0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow("notifications", "'sms', 'call', 'push', 'email', 'webhook'")
    allow("carrier_faults", "'sms', 'call', 'records', 'email', 'push', 'webhook'")
    with op.batch_alter_table("staff_unusable_channels") as table:
        table.alter_column("channel", existing_type=sa.String(4), type_=sa.String(8), existing_nullable=False)
    allow("staff_unusable_channels", "'sms', 'call', 'email', 'webhook'")


def downgrade() -> None:
    op.execute("UPDATE notifications SET channel = 'email' WHERE channel IN ('push', 'webhook')")  # nor does it move on
    op.execute("DELETE FROM carrier_faults WHERE channel IN ('email', 'push', 'webhook')")
    op.execute("DELETE FROM staff_unusable_channels WHERE channel IN ('email', 'webhook')")
    allow("staff_unusable_channels", "'sms', 'call'")
    with op.batch_alter_table("staff_unusable_channels") as table:
        table.alter_column("channel", existing_type=sa.String(8), type_=sa.String(4), existing_nullable=False)
    allow("carrier_faults", "'sms', 'call', 'records'")
    allow("notifications", "'sms', 'call', 'email'")


def allow(table: str, channels: str) -> None:
    """From now on these may stand in the table's column `channel`."""
    name = op.f(f"ck_{table}_channel")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"channel IN ({channels})")
