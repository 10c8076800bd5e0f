"""What the carrier has not told us is asked: pages it took, and of which we have heard nothing for ten minutes.

Receipts get lost. A page that hangs would keep its step from counting as lost, and the next person asleep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.escalation import lost_pages
from app.logs import Log
from app.notifications import outbox, receipts
from app.notifications.models import Notification, State
from app.telephony.carrier import CarrierError
from app.telephony.records import Kind, Record, Records

UNHEARD_FOR: Final = timedelta(minutes=10)
"""After so long without a word the carrier is asked, and again each time so long after."""

GIVEN_UP_AFTER: Final = timedelta(hours=4)
"""A page of which the carrier itself knows no more is settled; not every network says that a text has arrived."""

AT_ONCE: Final = 50
UNKNOWN: Final = "unknown"

_TWILIOS = re.compile(r"(CA|SM|MM)[0-9a-f]{32}")
_log = Log("engine")


@dataclass(frozen=True)
class Unheard:
    """A page the carrier took, of which nothing is known since."""

    id: str
    kind: Kind
    ref: str
    accepted_at: datetime


def ask(db: Database, records: Records, *, at: datetime, unheard_for: timedelta = UNHEARD_FOR) -> int:
    """Look up what hangs, and write down what is found. How many pages were asked about."""
    with db.reading() as session:
        waiting = _unheard(session, since=at - unheard_for)
    for asked, page in enumerate(waiting):
        try:
            found = records.look_up(page.kind, page.ref)
        except CarrierError as problem:
            _log.warning("the carrier was asked about a page in vain", code=problem.code, kind=problem.trouble.value)
            return asked
        with db.transaction() as session:
            _settle(session, page, found, at=at)
    return len(waiting)


def _unheard(session: Session, *, since: datetime) -> list[Unheard]:
    last_heard = func.coalesce(Notification.looked_up_at, Notification.accepted_at)
    rows = session.scalars(
        select(Notification)
        .where(Notification.state == State.ACCEPTED, Notification.carrier_ref.is_not(None), last_heard <= since)
        .order_by(Notification.accepted_at)
        .limit(AT_ONCE)
    )
    return [
        Unheard(row.id, Kind.CALL if row.channel == "call" else Kind.TEXT, row.carrier_ref, row.accepted_at)
        for row in rows
        if row.carrier_ref and row.accepted_at and _TWILIOS.fullmatch(row.carrier_ref)
    ]


def _settle(session: Session, page: Unheard, found: Record | None, *, at: datetime) -> None:
    if found and found.is_over:
        lost_pages.reported(session, page.id, status=found.status, code=found.code, ref=found.ref, at=at)
        return
    row = session.get_one(Notification, page.id, with_for_update=True)
    row.looked_up_at = at
    if row.state == State.ACCEPTED and (found is None or at - page.accepted_at >= GIVEN_UP_AFTER):
        outbox.fail(row, trouble=UNKNOWN, at=at)
        receipts.note(session, row, "page.failed", by="engine", at=at)
