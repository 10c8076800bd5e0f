"""Four questions to the database, in plain SQL: what is due, and late by more than a minute?

Every question is bounded in time, so that a database that has stopped answering is found out and not waited for. The
names of tables and columns stand here once more, on purpose: what the engine believes is not asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, bindparam, column, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.db import Instant
from app.postgres import address
from app.watching.late import LATE_AFTER, Late, What

PATIENCE: Final = 5
"""Real seconds for a connection, and again for each answer."""

A_MOMENT: Final = timedelta(seconds=5)
"""In which a living engine takes over what a dead one was sending."""

_STEPS: Final = "SELECT count(*), min(next_at) AS since FROM escalations WHERE next_at IS NOT NULL AND next_at < :by"
_PUT_ASIDE: Final = "SELECT count(*), NULL AS since FROM escalations WHERE failures > 0 AND failures > 1"
_PAGES: Final = """
    SELECT count(*), min(due_at) AS since FROM notifications
    WHERE state IN ('pending', 'sending')
      AND ((state = 'pending' AND queued_at < :by) OR (state = 'sending' AND sending_until < :stuck))
"""
"""Late since it was written. Not since it may be tried again, which each refusal moves on; nor since its step was due,
which a page that takes a lost one's place inherits: that one goes out at once, and is not late yet."""
_PULSE: Final = "SELECT 1, at AS since FROM engine_pulse WHERE id = 1"


class Lookout:
    """A way to the database that is opened anew for every look: what was reachable once proves nothing."""

    def __init__(self, url: str) -> None:
        """`url` as in DATABASE_URL. A SQLite file that is not there is not made."""
        self._engine = _bounded(address(url))

    def late(self, *, at: datetime, speed: float = 1.0) -> list[Late]:
        """What is late at this moment. `speed` is the clock's: a fast one counts more seconds."""
        limit = at - LATE_AFTER * speed
        with self.session() as session:
            _, pulse = _asked(session, _PULSE)
            counted = {
                What.STEP: _asked(session, _STEPS, by=limit),
                What.PUT_ASIDE: _asked(session, _PUT_ASIDE),
                What.PAGE: _asked(session, _PAGES, by=limit, stuck=at - A_MOMENT * speed),
            }
        found = [Late(what, many, at - since if since else None) for what, (many, since) in counted.items() if many]
        return [*_silence(pulse, limit, at), *found]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection of its own, committed when the block ends and closed in any case."""
        with Session(self._engine) as session, session.begin():
            yield session


def _silence(pulse: datetime | None, limit: datetime, at: datetime) -> list[Late]:
    if pulse is None:
        return [Late(What.ENGINE)]
    return [Late(What.ENGINE, by=at - pulse)] if pulse < limit else []


def _asked(session: Session, question: str, **moments: datetime) -> tuple[int, datetime | None]:
    """How many, and since when the oldest of them."""
    bound = [bindparam(name, moment, Instant()) for name, moment in moments.items()]
    answer = session.execute(text(question).bindparams(*bound).columns(column("count"), column("since", Instant())))
    found = answer.one_or_none()
    return (found[0], found[1]) if found else (0, None)


def _bounded(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        file = f"{Path(url.database or '').absolute().as_uri()}?mode=rw"
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(file, uri=True, timeout=PATIENCE),
            poolclass=NullPool,
            hide_parameters=True,
        )
    bounds = {
        "connect_timeout": PATIENCE,
        "tcp_user_timeout": PATIENCE * 1000,
        "options": f"-c statement_timeout={PATIENCE * 1000}",
    }
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=bounds)
