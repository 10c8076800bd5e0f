"""Two people say yes to a list of cases; the engine carries it out, and looks at each case once more before it does."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.cases.queries import locked
from app.db import Database
from app.errors import AlreadyTaken, BadInput
from app.logs import Log
from app.programme.apply import current
from app.retention import due, facts, leftovers, shredding
from app.retention.classes import Verdict, verdict
from app.retention.due import Judged
from app.retention.models import Batch, BatchEnd, BatchLine, BatchSecond
from app.staff.models import Person

MOST = 500
"""Cases in one batch: a list that somebody can still read."""

_log = Log("retention")


def listed(session: Session, *, at: datetime) -> list[Judged]:
    """What may be proposed now."""
    return due.ripe(session, at=at)[:MOST]


def mark_of(found: Sequence[Judged]) -> str:
    """What tells one list from another: who agrees to a list agrees to no other."""
    return hashlib.sha256(",".join(f"{one.case.id}:{one.verdict.name}" for one in found).encode()).hexdigest()


def propose(session: Session, shown: str, *, by: Person, at: datetime) -> Batch:
    """Ask for everything on the list to be forgotten. BadInput when it is not the list that was `shown` (`mark_of`)."""
    found = listed(session, at=at)
    if not found or not hmac.compare_digest(shown.encode(), mark_of(found).encode()):
        raise BadInput("The list has changed since you saw it. Look at it again.")
    lines = [BatchLine(case_id=one.case.id, name=one.verdict.name.value) for one in found]
    batch = Batch(by_id=by.id, at=at, lines=lines)
    session.add(batch)
    session.flush()
    for one in found:
        one.case.log("retention.proposed", by=by.alias, at=at, because=one.verdict.name.value, batch=batch.id)
    return batch


def second(session: Session, batch_id: str, *, agreed: bool, by: Person, at: datetime) -> None:
    """The second person's word. BadInput for whoever proposed it, AlreadyTaken when it was said already."""
    batch = session.get(Batch, batch_id)
    if batch is None or batch.by_id == by.id:
        raise BadInput("Two people: somebody else than who proposed it has to agree.")
    said = {"batch_id": batch_id, "agreed": agreed, "by_id": by.id, "at": at}
    if not rows.write_if_new(session, BatchSecond, unique="batch_id", **said):
        raise AlreadyTaken("A colleague has spoken on this list already.")
    action = "retention.agreed" if agreed else "retention.refused"
    record(session, at=at, by=by.alias, action=action, batch=batch_id, cases=len(batch.lines))


def waiting(session: Session) -> Sequence[Batch]:
    """Lists on which a second person has not spoken."""
    spoken = select(BatchSecond.batch_id)
    return session.scalars(select(Batch).where(Batch.id.not_in(spoken)).order_by(Batch.at)).all()


def done(session: Session, *, most: int = 20) -> Sequence[Batch]:
    """The latest lists that were carried out, the newest first."""
    found = select(Batch).join(BatchEnd).order_by(BatchEnd.at.desc()).limit(most)
    return session.scalars(found).all()


def carry_out(db: Database, *, at: datetime) -> int:
    """Forget what two people agreed to, each case in a transaction of its own; how many."""
    with db.reading() as session:
        ended = select(BatchEnd.batch_id)
        agreed = select(BatchSecond.batch_id).where(BatchSecond.agreed, BatchSecond.batch_id.not_in(ended))
        batches = [session.get_one(Batch, id_) for id_ in session.scalars(agreed)]
        told = [(one.id, [line.case_id for line in one.lines], _by_whom(one)) for one in batches]
    forgotten = sum(_carry_out(db, id_, cases, names, at=at) for id_, cases, names in told)
    if forgotten:
        leftovers.wipe(db)
    return forgotten


def _by_whom(batch: Batch) -> tuple[str, str]:
    return batch.by.alias, batch.second.by.alias if batch.second else ""


def _carry_out(db: Database, batch_id: str, cases: Sequence[str], names: tuple[str, str], *, at: datetime) -> int:
    first, second = names
    forgotten = sum(forget_if_ripe(db, case_id, at=at, batch=batch_id, first=first, second=second) for case_id in cases)
    left = len(cases) - forgotten
    with db.transaction() as session:
        ended = {"batch_id": batch_id, "forgotten": forgotten, "left": left, "at": at}
        if rows.write_if_new(session, BatchEnd, unique="batch_id", **ended):
            note = partial(record, session, at=at, by="engine", action="retention.carried_out", batch=batch_id)
            note(forgotten=forgotten, left=left)
    return forgotten


def forget_if_ripe(db: Database, case_id: str, *, at: datetime, **facts_: str) -> bool:
    """Forget one case, unless something has come between: a hold, a note, another rule. One that breaks is set aside
    loudly, and the others are forgotten."""
    try:
        with db.transaction() as session:
            now = _now(session, case_id)
            if now is None or not now.is_ripe(at):
                return False
            shredding.forget(session, case_id, now, at=at, by="engine", **facts_)
            return True
    except Exception as problem:  # noqa: BLE001 - one broken row may not keep the others
        _log.error("a case could not be forgotten; somebody has to look at it", problem=problem)
        return False


def _now(session: Session, case_id: str) -> Verdict | None:
    known = facts.of(session, locked(session, case_id))
    return verdict(known, current(session).retention) if known else None
