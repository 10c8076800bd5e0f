"""Sessions have no key of the house's: each browser holds its own secret. To rotate them is to end them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.audit.log import record
from app.db import Database
from app.staff import keys_session
from app.staff.credentials import StaffSession


def end_all(db: Database, *, at: datetime, by: str) -> int:
    """End every session that is not over, with the keys unlocked in it; how many. Everybody signs in again."""
    with db.transaction() as session:
        alive = session.scalars(select(StaffSession).where(StaffSession.ended_at.is_(None))).all()
        for one in alive:
            one.ended_at = at
        session.flush()
        keys_session.destroy(session, StaffSession.ended_at.is_not(None))
        record(session, at=at, by=by, action="keys.rotated", kind="session", count=len(alive))
    return len(alive)
