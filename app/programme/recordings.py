"""Recordings, kept by what is in them, for the carrier to fetch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import Misconfigured
from app.programme.models import Recording
from app.programme.sounds import Sounds


def keep(session: Session, sounds: Sounds, wanted: set[str], *, before: set[str], at: datetime) -> None:
    """Keep what the new programme wants, and what the one before wanted, because a call may be in the middle of it.

    `wanted` and `before` are digests. Misconfigured when something wanted is neither brought along nor kept already.
    """
    kept = set(session.scalars(select(Recording.digest)))
    brought = {sound.digest: sound for named in sounds.values() for sound in named.values()}
    if missing := wanted - kept - brought.keys():
        raise Misconfigured(f"{len(missing)} audio files of the programme are not here: apply the file beside them")
    for digest in sorted(wanted - kept):
        session.add(Recording(digest=digest, kind=brought[digest].kind, content=brought[digest].content, kept_at=at))
    session.execute(delete(Recording).where(Recording.digest.not_in(wanted | before)))
