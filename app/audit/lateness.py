"""What of the log is late: signing, the witness, the time stamps, the stream. Told to machines and to the auditor.

Nothing waits for any of them, so none of them stops the line; but a log that nobody signs or sees is one that could be
changed. The engine's and the log process's heartbeats are entries every ten minutes, so a log that is quiet for longer
than that is late itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import sequencer, trees
from app.audit.anchors_models import (
    AUTHORITY,
    WITNESS,
    AuditCosignature,
    AuditRefusal,
    AuditTimeStamp,
    AuditVerification,
)
from app.audit.models import AuditCheckpoint, AuditEntry
from app.audit.stream_models import AuditStreamed

SIGNED_WITHIN: Final = timedelta(minutes=15)
SEEN_WITHIN: Final = timedelta(hours=1)
STAMPED_WITHIN: Final = timedelta(hours=3)
STREAMED_WITHIN: Final = timedelta(minutes=15)


class Moments(NamedTuple):
    """When the log was last signed, seen by a witness, stamped, streamed, and verified by whom. None: never."""

    signed_at: datetime | None
    witnessed_at: datetime | None
    stamped_at: datetime | None
    streamed_at: datetime | None
    verified: tuple[datetime, str, int] | None
    """When, by whom, and how many leaves."""


def moments(session: Session) -> Moments:
    """When each of them last happened."""
    head = sequencer.latest_checkpoint(session)
    return Moments(
        head.at if head else None,
        session.scalar(select(func.max(AuditCosignature.cosigned_at))),
        session.scalar(select(func.max(AuditTimeStamp.stamped_at))),
        session.scalar(select(func.max(AuditStreamed.at))),
        _verified(session),
    )


def late(session: Session, *, at: datetime, speed: float = 1.0) -> list[str]:
    """Of `signature`, `witness`, `time_stamp` and `stream` those that are late; whoever was never asked is not.

    `speed` is the clock's: what keeps the log works in real seconds.
    """
    happened = moments(session)
    waited_for = {
        "signature": (happened.signed_at or _began(session), SIGNED_WITHIN),
        "witness": (happened.witnessed_at or _refused(session, WITNESS), SEEN_WITHIN),
        "time_stamp": (happened.stamped_at or _refused(session, AUTHORITY), STAMPED_WITHIN),
        "stream": (happened.streamed_at if _is_behind(session) else None, STREAMED_WITHIN),
    }
    return [name for name, (since, within) in waited_for.items() if since and at - since > within * speed]


def _began(session: Session) -> datetime | None:
    """When the first entry was written: from then on a signature is owed."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.id).limit(1))


def _refused(session: Session, asked: str) -> datetime | None:
    """When one that has never signed first did not."""
    return session.scalar(select(func.min(AuditRefusal.at)).where(AuditRefusal.asked == asked))


def _is_behind(session: Session) -> bool:
    """Whether some receiver has not taken everything that has a leaf."""
    furthest = session.scalar(select(func.min(AuditStreamed.next_leaf)))
    return furthest is not None and furthest < trees.places(session)


def _verified(session: Session) -> tuple[datetime, str, int] | None:
    found = session.execute(
        select(AuditVerification.at, AuditVerification.by, AuditCheckpoint.size)
        .join(AuditCheckpoint, AuditCheckpoint.id == AuditVerification.checkpoint_id)
        .order_by(AuditVerification.id.desc())
        .limit(1)
    ).first()
    return (found[0], found[1], found[2]) if found else None
