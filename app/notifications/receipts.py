"""What the carrier says happened to a text or a call. Receipts come twice, late, out of order, or not at all.

A settled notification stays settled: no receipt that comes afterwards changes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.notifications.detours import carrier_of
from app.notifications.models import SETTLED, Notification, State
from app.notifications.outbox import fail

_ON_ITS_WAY: Final = frozenset("accepted scheduled queued sending sent initiated ringing in-progress answered".split())
_ARRIVED: Final = frozenset({"delivered", "read"})
_LOST: Final = frozenset("undelivered failed busy no-answer canceled".split())


def settle(
    session: Session, notification_id: str, *, status: str, code: int | None, at: datetime, ref: str | None = None
) -> Notification | None:
    """Take in one receipt. Returns the notification when this receipt made it fail, and None otherwise.

    A call that was `completed` without a key pressed was answered by a machine or a pocket: it failed.
    A status nobody has heard of is remembered and changes nothing. Where the answer to a try got lost, a receipt tells
    that it was carried out, and under which reference (`ref`) the carrier keeps it.
    """
    row = unsettled(session, notification_id)
    return row if row and take_in(session, row, status=status, code=code, at=at, ref=ref) else None


def is_on_its_way(status: str) -> bool:
    """Whether the carrier says that it has the notification, and not yet what became of it."""
    return status in _ON_ITS_WAY


def unsettled(session: Session, notification_id: str) -> Notification | None:
    """The notification, locked for change, if there is something left to learn of it."""
    row = session.scalar(_LOCKED, {"id": notification_id})
    return None if row is None or row.state in SETTLED else row


_LOCKED: Final = select(Notification).where(Notification.id == bindparam("id")).with_for_update()


def take_in(
    session: Session, row: Notification, *, status: str, code: int | None, at: datetime, ref: str | None = None
) -> bool:
    """The same as `settle` for a row that is `unsettled`: whether this receipt made it fail."""
    row.carrier_status, row.carrier_ref = status[:20], row.carrier_ref or ref
    if status in _ARRIVED or (status == "completed" and row.acknowledged_at):
        row.accepted_at = row.accepted_at or at
        row.state, row.sending_until, row.settled_at = State.DELIVERED, None, at
        note(session, row, "page.delivered", by="carrier", at=at)
    elif status in _LOST or status == "completed":
        row.code = code
        fail(row, trouble="unanswered" if status == "completed" else status, at=at)
        note(session, row, "page.failed", by="carrier", at=at)
        return True
    elif status in _ON_ITS_WAY and _was_tried(row):
        row.state, row.sending_until, row.accepted_at = State.ACCEPTED, None, at
    return False


def _was_tried(row: Notification) -> bool:
    return row.state == State.SENDING or (row.state == State.PENDING and row.tries > 0)


def note(session: Session, row: Notification, action: str, *, by: str, at: datetime) -> None:
    """Leave an entry about what became of a notification, and why."""
    record(
        session,
        at=at,
        by=by,
        action=action,
        about=f"person:{row.person.alias}",
        because=row.trouble or "",
        carrier=carrier_of(session, row.id),
        channel=row.channel,
        code=row.code,
        notification=row.id,
    )
