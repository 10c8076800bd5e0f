"""Who can be rung into a conversation: those who answer, and interpreters; and what speaks for or against each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridge_queries, calls
from app.cases.models import Case
from app.console.doors import SignedIn
from app.oncall.duty import duty
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role

_WANTED: Final = frozenset({Role.HANDLER, Role.COORDINATOR, Role.INTERPRETER})


@dataclass(frozen=True)
class Colleague:
    """One who can be chosen."""

    id: str
    alias: str
    languages: Sequence[str]
    interprets: bool
    on_duty: bool
    busy: bool
    """Their telephone is in a call already, or rings for one."""

    @property
    def rank(self) -> tuple[bool, bool, bool, str]:
        """Handlers before interpreters, the free before the busy, who is awake before who is not."""
        return self.interprets, self.busy, not self.on_duty, self.alias


def colleagues(session: Session, case: Case, who: SignedIn, *, at: datetime) -> list[Colleague]:
    """Everybody who can be chosen for a conversation about this case, the likeliest first."""
    on_duty = {person.id for holders in duty(session, at).holders.values() for person in holders}
    busy = on_the_phone(session, at=at)
    found = (person for person in everyone(session) if person.id != who.person_id and _can_come(case, person))
    return sorted((_colleague(person, on_duty, busy) for person in found), key=lambda one: one.rank)


def on_the_phone(session: Session, *, at: datetime) -> frozenset[str]:
    """The ids of the staff whose telephone is taken: by a bridge, or by somebody who called."""
    return bridge_queries.on_the_phone(session, at=at) | calls.talking(session, at=at)


def _can_come(case: Case, person: Person) -> bool:
    return not case.excludes(person.id) and person.has_telephone and not _WANTED.isdisjoint(person.roles)


def _colleague(person: Person, on_duty: set[str], busy: frozenset[str]) -> Colleague:
    return Colleague(
        id=person.id,
        alias=person.alias,
        languages=person.languages,
        interprets=Role.INTERPRETER in person.roles,
        on_duty=person.id in on_duty,
        busy=person.id in busy,
    )
