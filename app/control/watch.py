"""The engine's look at what is new in the log: readings are written down, judged, and told of at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit import trees
from app.audit.impersonal import Plain
from app.audit.log import write
from app.control import alarm, readings, standing
from app.control.models import ControlHit, ControlProgress, ControlReading
from app.control.rules import AN_HOUR, Reading, unusual
from app.control.words import DUE_WITHIN, UNJUDGED
from app.db import Database
from app.logs import Log

BATCH: Final = 500
"""Leaves in one transaction."""

JUDGED_WITHIN: Final = timedelta(days=7)
"""How old a reading may be to be judged by rules. A log of years, looked at for the first time, raises no alarms about
years; the monthly sample begins with the last month."""

_log = Log("control")

Keys = Callable[[], Collection[bytes]]


def look(db: Database, index_keys: Keys, *, at: datetime) -> int:
    """Look at every leaf that is new. Of two engines at once one looks; how many readings there were."""
    found = 0
    while True:
        with db.reading() as session:
            if not readings.entries(session, _next(session), 1):
                return found
        with db.transaction() as session:
            seen, read = _look(session, index_keys(), at=at)
        found += read
        if seen < BATCH:
            return found


def _look(session: Session, index_keys: Collection[bytes], *, at: datetime) -> tuple[int, int]:
    rows.write_if_new(session, ControlProgress, unique="id", id=1, next_leaf=0)
    progress = session.get_one(ControlProgress, 1, with_for_update=True, populate_existing=True)
    leaves = readings.entries(session, progress.next_leaf, BATCH)
    read = list(readings.among(leaves))
    for reading in read:
        session.add(reading)
        session.flush()
        if at - reading.at <= JUDGED_WITHIN:
            _hit(session, reading, _whys(session, reading, index_keys), at=at)
    progress.next_leaf += len(leaves)
    return len(leaves), len(read)


def _whys(session: Session, reading: ControlReading, index_keys: Collection[bytes]) -> list[str]:
    """What is unusual about it. One that breaks the rules is set aside for a person, and the others are judged."""
    try:
        with session.begin_nested():
            then = standing.of(session, reading.about, reading.by, index_keys)
            return list(unusual(_plain(reading), then, list(_earlier(session, reading))))
    except Exception as problem:  # noqa: BLE001 - one broken row may not silence the others
        _log.error("a reading could not be judged; somebody has to look at it", problem=problem, count=reading.leaf)
        return [UNJUDGED]


def _hit(session: Session, reading: ControlReading, whys: Sequence[str], *, at: datetime) -> None:
    for why in whys:
        session.add(ControlHit(leaf=reading.leaf, why=why, at=at, due_at=at + DUE_WITHIN[why]))
        leaf = trees.leaf_at(trees.every(session), reading.leaf)
        facts: dict[str, Plain] = {"leaf": leaf.number, "leaf_year": leaf.year}
        write(session, at=at, by="engine", action="log.flagged", about=reading.about, because=why, facts=facts)
    if whys:
        alarm.raise_about(session, reading, whys, at=at)


def _earlier(session: Session, reading: ControlReading) -> Iterator[Reading]:
    """What the same person read in the hour before."""
    theirs = ControlReading.by == reading.by, ControlReading.leaf < reading.leaf
    lately = ControlReading.at > reading.at - AN_HOUR
    return map(_plain, session.scalars(select(ControlReading).where(*theirs, lately)))


def _plain(reading: ControlReading) -> Reading:
    return Reading(reading.at, reading.by, reading.action, reading.about)


def _next(session: Session) -> int:
    progress = session.get(ControlProgress, 1)
    return progress.next_leaf if progress else 0
