"""Whom a step means: the words of the programme file as people, at a moment. Never nobody while anybody works here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation.models import Escalation, Pass
from app.oncall.duty import Duty, duty
from app.programme.fields import Tier
from app.staff import directory
from app.staff.models import Person


def people(
    session: Session, case: Case, escalation: Escalation, wanted: Sequence[str], *, at: datetime
) -> list[Person]:
    """Everyone the step names, each once, in the order it names them.

    When that is nobody: the ring order, and when that is empty too, everybody who works here.
    """
    now_on_duty = duty(session, at)
    passed = _passed(session, escalation)
    found = [person for word in wanted for person in _named(session, case, word, now_on_duty, passed)]
    return _once(found) or list(now_on_duty.ring_order) or directory.everyone(session)


def first_in_line(session: Session, case: Case, escalation: Escalation, *, at: datetime) -> Person | None:
    """Who is responsible while nobody has taken the case: the first in ring order who has not passed it on."""
    return next(iter(people(session, case, escalation, ["on-call"], at=at)), None)


def _named(session: Session, case: Case, word: str, now_on_duty: Duty, passed: set[str]) -> Iterable[Person]:
    line = [person for person in now_on_duty.ring_order if person.id not in passed] or list(now_on_duty.ring_order)
    match word:
        case "on-call":
            return [person for person in now_on_duty.holders[Tier.ON_CALL] if person in line] or line[:1]
        case "backup":
            backup = now_on_duty.backup
            return [backup] if backup and backup.id not in passed else line[1:2]
        case "holder":
            return [case.hold.person] if case.hold else [case.responsible.person] if case.responsible else []
        case "coordinator" | "manager":
            return [person for person in directory.everyone(session) if word in person.roles]
        case alias:
            named = directory.by_alias(session, alias)
            return [named] if named and named.is_active else []


def _passed(session: Session, escalation: Escalation) -> set[str]:
    """Who has handed this case on since the ladder last began."""
    since = select(Pass.person_id).where(Pass.case_id == escalation.case_id, Pass.at >= escalation.counts_from)
    return set(session.scalars(since))


def _once(found: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in found}.values())
