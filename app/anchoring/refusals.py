"""Somebody outside did not sign: a fact, an entry in the log, and where it contradicts the log an alarm.

The same answer about the tree of a year is written down once an hour, however many others are heard in between: each
entry makes the log grow, and so brings the next answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from app.audit.anchors_models import CONTRADICTIONS, AuditRefusal
from app.audit.log import record
from app.audit.models import AuditCheckpoint
from app.db import Database
from app.logs import Log
from app.notifications import alarms

AGAIN_AFTER: Final = timedelta(hours=1)
ALARM: Final = "alarm.log"
_log = Log("anchors")


def refused(db: Database, checkpoint_id: int, *, by: str, because: str, at: datetime) -> None:
    """Write down that `by` (witness or authority) did not sign, and raise the alarm if the log is not what it saw."""
    with db.transaction() as session:
        same = select(AuditRefusal.at).where(AuditRefusal.asked == by, AuditRefusal.because == because)
        of_this_tree = select(AuditCheckpoint.tree).where(AuditCheckpoint.id == checkpoint_id).scalar_subquery()
        of_it = same.join(AuditCheckpoint).where(AuditCheckpoint.tree == of_this_tree)
        last = session.scalar(of_it.order_by(AuditRefusal.id.desc()).limit(1))
        if last and at - AGAIN_AFTER < last <= at:
            return
        session.add(AuditRefusal(checkpoint_id=checkpoint_id, asked=by, because=because, at=at))
        record(session, at=at, by="engine", action="log.refused", because=because, outcome="refused", asked=by)
        if because in CONTRADICTIONS:
            alarms.tell(session, ALARM, key=f"log:{by}:{because}:{checkpoint_id}", channels=("sms",), at=at)
    _log.error("the log's checkpoint was not signed outside", kind=by, code=because)
