"""Bringing the schema up to date, and saying so in the log that lies in it."""

from __future__ import annotations

from datetime import datetime

from app.audit.log import record
from app.db import Database


def migrate(db: Database, *, at: datetime, by: str) -> None:
    """Bring the schema to the newest revision. An entry says to which, unless it was there already."""
    before = db.revision
    db.migrate()
    if db.revision != before:
        with db.transaction() as session:
            record(session, at=at, by=by, action="database.migrated", revision=db.revision)
