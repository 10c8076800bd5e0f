"""What a deletion leaves in files: pages that are free again, and the log of changes that a crash is mended from."""

from __future__ import annotations

from typing import Final

from app.db import Database

_HEAVY: Final = ("case_grants", "case_contents", "case_letters", "case_profiles")


def wipe(db: Database) -> None:
    """Have the database let go of what was deleted.

    SQLite overwrites freed pages (`secure_delete`), and its write-ahead log is emptied here; while somebody reads it
    stays until the next time. PostgreSQL is asked to clear dead rows (VACUUM); its own log and the free space of its
    files keep bytes until they are written over, which docs/forgetting.md says what to do about.
    """
    connection = db.engine.raw_connection()
    try:
        if db.is_sqlite:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return
        driver = connection.driver_connection
        connection.rollback()
        if driver is not None:
            driver.autocommit = True
            driver.execute(f"VACUUM {', '.join(_HEAVY)}")
            driver.autocommit = False
    finally:
        connection.close()
