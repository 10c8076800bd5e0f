"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}

Tables as they were on this day: import nothing from `app`. Old and new code run side by side, so expand,
then backfill, and contract in a later migration. Up and down, both tried with rows in the tables, on SQLite
and on PostgreSQL. On SQLite a batch migration loses the table's triggers: make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
