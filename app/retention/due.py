"""What may be forgotten now, what will be, and what keeps it; and the stone of what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.programme.apply import current
from app.retention import facts
from app.retention.classes import Known, Verdict, verdict
from app.retention.models import Batch, BatchEnd, BatchLine, BatchSecond, LegalHold, Stone


@dataclass(frozen=True)
class Judged:
    """A case that is over, and what the rules say of it."""

    case: Case
    known: Known
    verdict: Verdict


def judged(session: Session) -> list[Judged]:
    """Every case that is over and not forgotten, the one whose time is over first on top."""
    known, retention = facts.over(session), current(session).retention
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(known)))}
    found = [Judged(cases[id_], one, verdict(one, retention)) for id_, one in known.items()]
    return sorted(found, key=lambda one: (one.verdict.due_at, one.case.reference))


def judge(session: Session, case: Case) -> Judged | None:
    """One of them; None while it is open, or when it is forgotten."""
    known = facts.of(session, case)
    return Judged(case, known, verdict(known, current(session).retention)) if known else None


def ripe(session: Session, *, at: datetime) -> list[Judged]:
    """Those that may be forgotten now and wait for people: no batch that is under way has them."""
    under_way = _under_way(session)
    found = [one for one in judged(session) if one.verdict.is_ripe(at) and not one.verdict.rule.automatic]
    return [one for one in found if one.case.id not in under_way]


def in_the_way(session: Session, *, at: datetime) -> list[Judged]:
    """Those whose time is over, and something keeps them."""
    return [one for one in judged(session) if one.verdict.due_at <= at and one.verdict.in_the_way]


def stone_of(session: Session, case: Case) -> Stone | None:
    """What is left of a case that was forgotten."""
    return session.get(Stone, case.id)


def holds_of(session: Session) -> Sequence[LegalHold]:
    """Every hold that is in force, the oldest first."""
    found = [hold for hold in session.scalars(select(LegalHold)) if hold.is_in_force]
    return sorted(found, key=lambda hold: hold.words[0].at)


def by_class(found: Sequence[Judged]) -> Mapping[str, int]:
    """How many of each class."""
    return {name: sum(one.verdict.name == name for one in found) for name in sorted({o.verdict.name for o in found})}


def _under_way(session: Session) -> set[str]:
    refused = select(BatchSecond.batch_id).where(BatchSecond.agreed.is_(False))
    going = select(Batch.id).where(Batch.id.not_in(select(BatchEnd.batch_id)), Batch.id.not_in(refused))
    return set(session.scalars(select(BatchLine.case_id).where(BatchLine.batch_id.in_(going))))
