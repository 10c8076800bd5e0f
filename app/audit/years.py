"""A year of the log ends: its tree is closed and signed for the last time, and the next one begins with how it ended.

The last leaf of a tree names the origin of the next one; the first leaf of the next names the origin, size and root of
the one before. All of it is one transaction: whoever is killed leaves either everything or nothing of it behind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import sequencer, trees
from app.audit.impersonal import Plain
from app.audit.log import entry_body
from app.audit.models import AuditEntry, AuditTree, AuditUnsequenced
from app.audit.sequencer import BATCH, TURN
from app.db import one_at_a_time

CLOSED: Final = "log.year_closed"
OPENED: Final = "log.year_opened"

SILENT: Final = timedelta(days=1)
"""A log that says nothing for longer than this over New Year was either off, or has a clock that jumped ahead: the year
is turned when the clock has stood by it for as long again."""


def go_on(
    session: Session, key: Callable[[], Ed25519PrivateKey], *, at: datetime, origin: str, limit: int = BATCH
) -> bool:
    """Give up to `limit` waiting entries their leaves; where a year is over, those that are left of it, and then turn
    it. Whether there may be more to do.

    `key` is asked for only when a year turns; `origin` is the line's name.
    """
    one_at_a_time(session, TURN)
    present = trees.present(session)
    if not _is_over(session, present, at):
        return sequencer.sequence(session, at=at, limit=limit) == limit
    last = _last_waiting(session, before=_new_year(at))
    if last is None or sequencer.sequence(session, at=at, limit=limit, upto=last) < limit:
        _turn(session, key(), present, at=at, line=origin)
    return True


def _is_over(session: Session, present: trees.Tree, at: datetime) -> bool:
    """Whether the tree's year has ended, by a clock that can be believed: the log went on over New Year as ever, or the
    clock has said so for a day."""
    if present.year is None or trees.year_of(at) <= present.year:
        return False
    new_year = _new_year(at)
    before = session.scalar(select(func.max(AuditEntry.at)).where(AuditEntry.at < new_year))
    last = select(AuditEntry.id).where(AuditEntry.at < new_year).order_by(AuditEntry.id.desc()).limit(1)
    since_then = AuditEntry.id > (session.scalar(last) or 0)  # what a clock said before it was put right does not count
    after = session.scalar(select(func.min(AuditEntry.at)).where(AuditEntry.at >= new_year, since_then)) or at
    return (before is not None and min(after, at) - before <= SILENT) or at - after >= SILENT


def _new_year(at: datetime) -> datetime:
    return datetime(trees.year_of(at), 1, 1, tzinfo=UTC)


def _last_waiting(session: Session, *, before: datetime) -> int | None:
    """The last in the queue that was written before the moment; what waits ahead of it goes with it, in order."""
    queued = select(func.max(AuditEntry.id)).join(AuditUnsequenced, AuditUnsequenced.entry_id == AuditEntry.id)
    return session.scalar(queued.where(AuditEntry.at < before))


def _turn(session: Session, key: Ed25519PrivateKey, ending: trees.Tree, *, at: datetime, line: str) -> None:
    """Close the tree, and begin the next. Both are signed: the one for the last time, the other at once."""
    year = trees.year_of(at)
    begun = trees.Tree(ending.number + 1, year, trees.places(session) + 1)
    _append(session, CLOSED, at=at, year=ending.year, next=begun.origin(line))
    final = sequencer.checkpoint(session, key, at=at, origin=line)
    session.flush()  # before there is a next tree: from then on nothing of this one may change
    session.add(AuditTree(number=begun.number, year=year, first=begun.first, before_id=final.id, at=at))
    session.flush()
    before: dict[str, Plain] = {"before": ending.origin(line), "before_size": final.size}
    _append(session, OPENED, at=at, year=year, **before, before_root=final.root.hex())
    sequencer.checkpoint(session, key, at=at, origin=line)


def _append(session: Session, action: str, *, at: datetime, **facts: Plain) -> None:
    """An entry that is a leaf at once, ahead of all that wait."""
    entry = AuditEntry(at=at, body=entry_body(session, at=at, by="engine", action=action, facts=facts))
    session.add(entry)
    session.flush()
    sequencer.append(session, [entry.id], [entry.body], at=at)
