"""Whom a step means: the words of the programme file as people, at a moment. Never nobody while anybody works here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation.models import Escalation, Pass
from app.oncall.duty import Duty, Someone, duty, remembered_duty
from app.programme.fields import Tier
from app.staff import directory
from app.staff.models import Colleague, Person


def people(
    session: Session, case: Case, escalation: Escalation, wanted: Sequence[str], *, at: datetime
) -> Sequence[Person]:
    """Everyone the step names, each once, in the order it names them.

    When none of them has a telephone: the ring order, and when nobody there has one either, everybody who works here.
    """
    now_on_duty = duty(session, at)
    passed = _passed(session, escalation)
    found = [person for word in wanted for person in _named(session, case, word, now_on_duty, passed)]
    return _first_reachable(_once(found), list(now_on_duty.ring_order), directory.everyone(session))


def first_in_line(session: Session, *, at: datetime) -> Colleague | None:
    """Who is responsible for a case that nobody has taken or passed on yet: whom a step for `on-call` would name."""
    now_on_duty = remembered_duty(session, at)
    order = now_on_duty.ring_order
    found = _first_reachable(now_on_duty.holders[Tier.ON_CALL] or order[:1], order, directory.colleagues(session))
    return next(iter(found), None)


def _first_reachable(*lines: Sequence[Someone]) -> Sequence[Someone]:
    """The first line in which anybody has a telephone; the first that is not empty when nobody has one at all."""
    reachable = (line for line in lines if any(person.has_telephone for person in line))
    return next(reachable, None) or next(filter(None, lines), ())


def _named(session: Session, case: Case, word: str, now_on_duty: Duty[Person], passed: set[str]) -> Iterable[Person]:
    line = [person for person in now_on_duty.ring_order if person.id not in passed] or list(now_on_duty.ring_order)
    match word:
        case "on-call":
            return [person for person in now_on_duty.holders[Tier.ON_CALL] if person in line] or line[:1]
        case "backup":
            backup = now_on_duty.backup
            return [backup] if backup and backup.id not in passed else line[1:2]
        case "holder":
            named = case.hold or case.responsible
            return [named.person] if named and named.person.is_active else []
        case "coordinator" | "manager":
            return [person for person in directory.everyone(session) if word in person.roles]
        case alias:
            person = directory.by_alias(session, alias)
            return [person] if person else []


def _passed(session: Session, escalation: Escalation) -> set[str]:
    """Who has handed this case on: others come first, until everybody has."""
    return set(session.scalars(select(Pass.person_id).where(Pass.case_id == escalation.case_id)))


def _once(found: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in found}.values())
