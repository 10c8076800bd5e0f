"""The monthly sample: drawn once when a month is over, by chance that nobody can foresee or repeat."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.control.models import ControlHit, ControlReading, ControlSample
from app.control.rules import READS, SEARCH
from app.control.sample import Chance, drawn, month_over
from app.control.words import DUE_WITHIN, SAMPLED
from app.db import Database
from app.programme.apply import current

SETTLES: Final = timedelta(hours=1)
"""After a month is over: what was read in its last minutes has its place in the log by then."""


def draw(db: Database, *, at: datetime, chance: Chance | None = None) -> int:
    """Draw from the month that is over, unless that is done; how many readings were drawn."""
    with db.reading() as session:
        month, since, until = month_over(at - SETTLES, current(session).zone)
        if session.get(ControlSample, month):
            return 0
    with db.transaction() as session:
        return _draw(session, month, since, until, at=at, chance=chance or SystemRandom().sample)


def _draw(session: Session, month: str, since: datetime, until: datetime, *, at: datetime, chance: Chance) -> int:
    of_the_month = ControlReading.at >= since, ControlReading.at < until
    read = select(ControlReading.leaf).where(*of_the_month, ControlReading.action.in_((*READS, SEARCH)))
    leaves = list(session.scalars(read.order_by(ControlReading.leaf)))
    chosen = drawn(leaves, chance=chance)
    counts = {"out_of": len(leaves), "drawn": len(chosen)}
    if rows.write_if_new(session, ControlSample, unique="month", month=month, at=at, **counts) is None:
        return 0
    session.add_all(ControlHit(leaf=leaf, why=SAMPLED, at=at, due_at=at + DUE_WITHIN[SAMPLED]) for leaf in chosen)
    record(session, at=at, by="engine", action="log.sampled", month=month, out_of=len(leaves), drawn=len(chosen))
    return len(chosen)
