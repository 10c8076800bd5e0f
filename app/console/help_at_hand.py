"""What the case page says about calling a senior: whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.console import sight
from app.console.paper import Paper
from app.escalation import seniors
from app.escalation.models import SeniorCall


@dataclass(frozen=True)
class Asked:
    """A senior was asked; `how` it went is the end of a key of the catalogue."""

    alias: str
    at: datetime
    how: str


@dataclass(frozen=True)
class HelpAtHand:
    """Whom the reader may call, and who was called so far, the latest first."""

    roles: Sequence[str]
    aliases: Sequence[str]
    asked: Sequence[Asked]


def help_for(session: Session, case: Case, paper: Paper) -> HelpAtHand | None:
    """For whoever has the case, while it is open; None for others."""
    if case.closure or case.join or case.is_canary or not sight.keeps(case, paper.who):
        return None
    found = seniors.seniors_for(session, case, paper.who.person_id, at=paper.times.now)
    roles = [role.value for role in seniors.SENIORS if any(role in person.roles for person in found)]
    calls = session.scalars(select(SeniorCall).where(SeniorCall.case_id == case.id).order_by(SeniorCall.at.desc()))
    asked = [Asked(row.person.alias, row.at, seniors.became(seniors.pages_of(session, row))) for row in calls]
    return HelpAtHand(roles, [person.alias for person in found], asked)
