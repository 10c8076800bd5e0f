"""The round: what is due, in order, one transaction for each case and deed.

A round reads only rows and takes no input, so that the path after a crash is the everyday path. Any
number of engines may play at once: whoever locks the case first does the deed, the others pass by.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from app.cases.queries import locked_if_free
from app.db import Database, one_at_a_time
from app.escalation.ladder import advance
from app.escalation.models import Escalation, Pulse
from app.escalation.opening import adopt, escalation_of, wake_deserted
from app.logs import Log
from app.programme.apply import current

AT_ONCE = 100
"""Cases looked up at a time."""

MOST_FAILURES = 30_000
"""Counted so far and no further: three weeks of minutes."""

POSTPONED_BY = timedelta(minutes=1)
"""How long a case whose step failed is put aside; it is tried again, and said aloud each time."""

_log = Log("engine")


@dataclass
class Round:
    """What one round did."""

    at: datetime
    deeds: int = 0
    postponed: int = 0
    worst_lateness: timedelta = timedelta()


def play(db: Database, *, at: datetime) -> Round:
    """Do everything that is due at this moment, the longest due first, and note the engine's pulse."""
    began = time.monotonic()
    played = Round(at=at)
    passed_by: set[str] = set()
    while due := _due(db, at=at, but_not=passed_by):
        for case_id, since in due:
            played.worst_lateness = max(played.worst_lateness, at - since)
            _one(db, case_id, played, passed_by, at=at)
    _pulse(db, played, took=time.monotonic() - began)
    return played


def adopt_orphans(db: Database, *, at: datetime) -> int:
    """Begin escalations for waiting cases that have none; loud, because reception should have done it.

    Cases whose holder has left the staff are woken: nobody has them any more.
    """
    with db.transaction() as session:
        found = adopt(session, current(session).routine, at=at)
        wake_deserted(session, at=at)
    if found:
        _log.error("cases had no escalation", count=found)
    return found


def next_at(db: Database) -> datetime | None:
    """The moment at which the engine next has something to do, or None."""
    with db.reading() as session:
        return session.scalar(
            select(Escalation.next_at).where(Escalation.next_at.is_not(None)).order_by(Escalation.next_at).limit(1)
        )


def _due(db: Database, *, at: datetime, but_not: set[str]) -> list[tuple[str, datetime]]:
    with db.reading() as session:
        rows = session.execute(
            select(Escalation.case_id, Escalation.next_at)
            .where(Escalation.next_at <= at, Escalation.case_id.not_in(but_not))
            .order_by(Escalation.next_at)
            .limit(AT_ONCE)
        ).all()
    return [(case_id, since) for case_id, since in rows if since is not None]


def _one(db: Database, case_id: str, played: Round, passed_by: set[str], *, at: datetime) -> None:
    try:
        with db.transaction() as session:
            if not _step(session, case_id, at=at):
                passed_by.add(case_id)
                return
        played.deeds += 1
    except Exception as problem:  # noqa: BLE001 - one broken row may not stop the round
        passed_by.add(case_id)
        played.postponed += 1
        _postpone(db, case_id, problem, at=at)


def _step(session: Session, case_id: str, *, at: datetime) -> bool:
    case = locked_if_free(session, case_id)
    if case is None:
        return False
    escalation = escalation_of(session, case)
    if escalation.next_at is None or escalation.next_at > at:
        return False
    advance(session, case, escalation, at=at)
    escalation.failures = 0
    return True


def _postpone(db: Database, case_id: str, problem: Exception, *, at: datetime) -> None:
    _log.error("a case could not be advanced; put aside", problem=problem, case=case_id)
    full = Escalation.failures >= MOST_FAILURES
    with db.transaction() as session:
        session.execute(
            update(Escalation)
            .where(Escalation.case_id == case_id)
            .values(next_at=at + POSTPONED_BY, failures=case((full, MOST_FAILURES), else_=Escalation.failures + 1))
        )


def _pulse(db: Database, played: Round, *, took: float) -> None:
    with db.transaction() as session:
        one_at_a_time(session, "engine.pulse")
        pulse = session.get(Pulse, 1)
        if pulse is None:
            pulse = Pulse(id=1)
            session.add(pulse)
        pulse.at, pulse.round_ms = played.at, int(took * 1000)
        pulse.worst_lateness_ms = int(played.worst_lateness.total_seconds() * 1000)
