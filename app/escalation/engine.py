"""The round: what is due, in order, a few cases in a transaction, and one deed for each.

A round reads only rows and takes no input, so that the path after a crash is the everyday path. Any
number of engines may play at once: whoever locks the case first does the deed, the others pass by.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, bindparam, case, select, update
from sqlalchemy.orm import Session, joinedload

from app import rows
from app.audit.log import record
from app.cases.facts import Hold
from app.cases.models import Case
from app.db import Database
from app.escalation import pulse, succession, targets
from app.escalation.ladder import advance
from app.escalation.models import Escalation
from app.escalation.opening import adopt, orphans, wake_deserted
from app.escalation.pulse import Round
from app.logs import Log
from app.postgres import is_away
from app.programme.apply import current

AT_ONCE: Final = 100
"""Cases looked up at a time, and deeds in one round, so that the pulse of a busy engine is felt too."""

TOGETHER: Final = 8
"""Steps in one transaction: a commit waits for the disk, and whoever wants one of the cases, or SQLite's turn to write,
waits for all of them."""

MOST_FAILURES: Final = 30_000
"""Counted so far and no further: three weeks of minutes."""

POSTPONED_BY: Final = timedelta(minutes=1)
"""How long a case whose step failed is put aside; it is tried again, and said aloud each time."""

A_MOMENT: Final = timedelta(seconds=0.1)
"""After so long a case that somebody else was changing is looked at again."""

_log = Log("engine")


def play(db: Database, *, at: datetime) -> Round:
    """Do everything that is due at this moment, the longest due first, and note the engine's pulse."""
    played = _play(db, at=at, most=None)
    pulse.beat(db, [played], at=at)
    return played


def play_some(db: Database, *, at: datetime, most: int = AT_ONCE) -> Round:
    """A round that ends after so many deeds, whatever is left, and whose pulse the caller notes."""
    return _play(db, at=at, most=most)


def adopt_orphans(db: Database, *, at: datetime, opened_since: datetime | None = None) -> int:
    """Begin escalations for waiting cases that have none; loud, because reception should have done it.

    `opened_since`: only such cases, for the frequent look; without it every case is looked at. Cases whose people have
    left the staff are woken, or go on to the next in line: nobody has them any more.
    """
    with db.reading() as session:  # all of them are looked at without keeping anybody from writing
        there_are = bool(orphans(session, opened_since=opened_since))
    with db.transaction() as session:
        wake_deserted(session, at=at)
        succession.after_leavers(session, at=at)
        found = adopt(session, current(session).routine, at=at, opened_since=opened_since) if there_are else 0
    if found:
        _log.error("cases had no escalation", count=found)
    return found


def next_at(db: Database) -> datetime | None:
    """The moment at which the engine next has something to do, or None."""
    with db.reading() as session:
        return session.scalar(
            select(Escalation.next_at).where(Escalation.next_at.is_not(None)).order_by(Escalation.next_at).limit(1)
        )


def _play(db: Database, *, at: datetime, most: int | None) -> Round:
    began = time.monotonic()
    played, passed_by = Round(at=at), set[str]()
    _advance_due(db, played, passed_by, most=most)
    if passed_by:
        played.next_at = min(at + A_MOMENT, played.next_at or at + A_MOMENT)
    played.seconds = time.monotonic() - began
    return played


def _advance_due(db: Database, played: Round, passed_by: set[str], *, most: int | None) -> None:
    while due := _due(db, played, passed_by):
        is_all = len(due) < AT_ONCE
        while due:
            left = TOGETHER if most is None else min(TOGETHER, most - played.deeds)
            some, due = due[:left], due[left:]
            _some(db, dict(some), played, passed_by)
            if played.deeds == most:
                played.next_at = played.at
                return
        if is_all and (played.next_at is None or played.next_at > played.at):
            return


_COMING: Final = (
    select(Escalation.case_id, Escalation.next_at)
    .where(Escalation.next_at.is_not(None))
    .order_by(Escalation.next_at)
    .limit(AT_ONCE)
)


def _due(db: Database, played: Round, passed_by: set[str]) -> list[tuple[str, datetime]]:
    """The cases whose moment has come, the longest due first; and with the last of them, when the next one's will."""
    first = _COMING.where(Escalation.case_id.not_in(passed_by)) if passed_by else _COMING
    with db.reading() as session:
        coming = [(case_id, moment) for case_id, moment in session.connection().execute(first) if moment]
    played.next_at = next((moment for _, moment in coming if moment > played.at), None)
    return [(case_id, since) for case_id, since in coming if since <= played.at]


def _some(db: Database, some: Mapping[str, datetime], played: Round, passed_by: set[str]) -> None:
    """Take a few due steps in one transaction; one by one when that fails, so that it fails for one case alone."""
    at = played.at
    try:
        with db.transaction() as session:
            done = _steps(session, some, at=at)
    except Exception as problem:  # one broken row may not stop the round
        if is_away(problem):
            raise  # no row is to blame, and none is put aside for it
        if len(some) > 1:
            for case_id, since in some.items():
                _some(db, {case_id: since}, played, passed_by)
            return
        (case_id,) = some
        _put_aside(db, case_id, problem, played)
        done = {}
    for case_id in done:
        played.deeds += 1
        played.lateness += at - some[case_id]
    passed_by.update(some.keys() - done.keys())
    played.worst_lateness = max(played.worst_lateness, *(at - since for since in some.values()))
    upcoming = (moment for moment in (played.next_at, *done.values()) if moment)
    played.next_at = min(upcoming, default=None)


def _steps(session: Session, case_ids: Collection[str], *, at: datetime) -> dict[str, datetime | None]:
    """One step of each case that is due and that nobody else is changing: when each is next due."""
    taken = [
        (case, escalation)
        for case, escalation in _locked_if_free(session, case_ids)
        if escalation.next_at and escalation.next_at <= at
    ]
    watch = targets.Watch(session, at=at) if taken else None
    with rows.together(session):
        for case, escalation in taken:
            advance(session, case, escalation, at=at, watch=watch)
            escalation.failures = 0
    return {case.id: escalation.next_at for case, escalation in taken}


_IDS: Final[BindParameter[str]] = bindparam("ids", expanding=True)
_FREE: Final = select(Case.id).where(Case.id.in_(_IDS)).with_for_update(key_share=True, skip_locked=True)
_WHOLE: Final = (
    select(Case, Escalation)
    .join(Escalation, Escalation.case_id == Case.id)
    .where(Case.id.in_(_IDS))
    .options(
        joinedload(Case.holds).joinedload(Hold.person),
        joinedload(Case.assignments),
        joinedload(Case.exclusions),
        joinedload(Case.preferences),
        joinedload(Case.first_contact),
        joinedload(Case.breach),
        joinedload(Case.closure),
        joinedload(Case.join),
        joinedload(Escalation.passes),
    )
    .order_by(Escalation.next_at)
    .execution_options(populate_existing=True)
)


def _locked_if_free(session: Session, case_ids: Collection[str]) -> list[tuple[Case, Escalation]]:
    """The cases with their facts, locked for change, without those that somebody else is changing at this moment.

    Two statements: only what is read after the lock was given is what its last holder left behind.
    """
    free = session.connection().execute(_FREE, {"ids": list(case_ids)}).scalars().all()
    found = session.execute(_WHOLE, {"ids": free}).unique() if free else ()
    return [(case, escalation) for case, escalation in found]


def _put_aside(db: Database, case_id: str, problem: Exception, played: Round) -> None:
    _log.error("a case could not be advanced; put aside", problem=problem, case=case_id)
    played.postponed += 1
    full = Escalation.failures >= MOST_FAILURES
    with db.transaction() as session:
        _note_the_first(session, case_id, at=played.at)
        session.execute(
            update(Escalation)
            .where(Escalation.case_id == case_id)
            .values(
                next_at=played.at + POSTPONED_BY,
                failures=case((full, MOST_FAILURES), else_=Escalation.failures + 1),
            )
        )


def _note_the_first(session: Session, case_id: str, *, at: datetime) -> None:
    """That a case's step fails is an entry once, and not again every minute until somebody has mended it."""
    known = select(Case.pseudonym).join(Escalation, Escalation.case_id == Case.id)
    pseudonym = session.scalar(known.where(Case.id == case_id, Escalation.failures == 0))
    if pseudonym:
        record(session, at=at, by="engine", action="step.postponed", about=pseudonym, outcome="failed")
