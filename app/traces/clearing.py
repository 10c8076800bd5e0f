"""Deleting our records at the carrier, and making sure that they are gone.

What cannot be deleted yet is emptied of its words at once and tried again, less and less often, without end: after
fifteen days it is late, and said aloud until somebody has looked at it. Gone means that the carrier was asked for the
record afterwards and had none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.logs import Log
from app.notifications import faults
from app.notifications.models import FIRST_CARRIER
from app.telephony.carrier import NOT_FINISHED, CarrierError, Trouble
from app.telephony.records import Kind, Records
from app.traces import known
from app.traces.models import Trace

AT_ONCE: Final = 50
FIRST_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=6)
RECORDS: Final = "records"
_MOST_DOUBLINGS: Final = 8
_MOST_TRIES: Final = 30_000

_log = Log("traces")


@dataclass
class Cleared:
    """What one round did."""

    gone: int = 0
    waiting: int = 0


def clear(db: Database, records: Records, *, at: datetime) -> Cleared:
    """Find what there is to clear, and clear what is due. Stops at the first sign that the carrier is not there."""
    with db.transaction() as session:
        known.gather(session, at=at)
    done = Cleared()
    for ref, kind in _due(db, at=at):
        try:
            _forget(db, records, ref, kind, at=at)
        except CarrierError as problem:
            done.waiting += 1
            _put_off(db, ref, problem, at=at)
            if problem.trouble is Trouble.CONFIGURATION or problem.code is None:
                break
        else:
            done.gone += _note_gone(db, ref, at=at)
    if done.gone:
        with db.transaction() as session:
            record(session, at=at, by="engine", action="carrier.cleared", count=done.gone)
    return done


def _due(db: Database, *, at: datetime) -> list[tuple[str, Kind]]:
    with db.reading() as session:
        rows = session.execute(
            select(Trace.ref, Trace.kind).where(Trace.next_at <= at).order_by(Trace.next_at).limit(AT_ONCE)
        ).all()
    return [(ref, Kind(kind)) for ref, kind in rows]


def _forget(db: Database, records: Records, ref: str, kind: Kind, *, at: datetime) -> None:
    """Delete a record with all that hangs on it, and look for it. CarrierError while it is still there."""
    if kind is Kind.CALL:
        for leg in records.legs_of(ref):
            with db.transaction() as session:
                known.leave(session, leg, at=at)
    try:
        records.delete(kind, ref)
    except CarrierError as problem:
        if kind is Kind.TEXT and problem.code == NOT_FINISHED:
            _empty(db, records, ref, at=at)
        raise
    if records.look_up(kind, ref) is not None:
        raise CarrierError(Trouble.TRANSIENT, code=NOT_FINISHED)


def _empty(db: Database, records: Records, ref: str, *, at: datetime) -> None:
    """Take the words out of a text that cannot be deleted yet, once."""
    with db.reading() as session:
        is_empty = session.scalar(select(Trace.blanked_at).where(Trace.ref == ref)) is not None
    if is_empty:
        return
    records.blank(ref)
    with db.transaction() as session:
        _row(session, ref).blanked_at = at


def _note_gone(db: Database, ref: str, *, at: datetime) -> bool:
    """False when another engine noted it already."""
    with db.transaction() as session:
        row = _row(session, ref)
        if row.gone_at:
            return False
        row.gone_at, row.next_at, row.code = at, None, None
        faults.mended(session, carrier=FIRST_CARRIER, channel=RECORDS, at=at)
        return True


def _put_off(db: Database, ref: str, problem: CarrierError, *, at: datetime) -> None:
    with db.transaction() as session:
        row = _row(session, ref)
        if row.gone_at:
            return
        row.tries, row.code = min(row.tries + 1, _MOST_TRIES), problem.code
        row.next_at = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries - 1, _MOST_DOUBLINGS))
        if problem.trouble is Trouble.CONFIGURATION:
            faults.found(session, carrier=FIRST_CARRIER, channel=RECORDS, code=problem.code, at=at)
        is_late = at - row.at >= known.LATE_AFTER
    if is_late or problem.trouble is Trouble.PERMANENT:
        _log.error("a record at the carrier cannot be deleted; look at it there", code=problem.code)


def _row(session: Session, ref: str) -> Trace:
    return session.scalars(select(Trace).where(Trace.ref == ref).with_for_update()).one()
