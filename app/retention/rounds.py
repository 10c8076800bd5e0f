"""The engine's part: what two people agreed to, what the programme lets go by itself, and telephone numbers."""

from __future__ import annotations

from datetime import datetime

from app.db import Database
from app.programme.apply import current
from app.programme.retention import RetentionClass
from app.retention import batches, details, due, leftovers


def play(db: Database, *, at: datetime) -> int:
    """Forget whatever may go now; how many cases. Safe to be done twice, and by several engines at once."""
    details.forget_due(db, at=at)
    return batches.carry_out(db, at=at) + _by_themselves(db, at=at)


def _by_themselves(db: Database, *, at: datetime) -> int:
    with db.reading() as session:
        retention = current(session).retention
        if not any(retention.rule(name).automatic for name in RetentionClass):
            return 0
        found = [one for one in due.judged(session) if one.verdict.rule.automatic and one.verdict.is_ripe(at)]
        ripe = [one.case.id for one in found]
    forgotten = sum(batches.forget_if_ripe(db, case_id, at=at, batch="automatic") for case_id in ripe)
    if forgotten:
        leftovers.wipe(db)
    return forgotten
