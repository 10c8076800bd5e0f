"""Somebody says that a life is in danger, after the case was opened: the shorter ladder begins at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation.ladder import start_over
from app.escalation.opening import escalation_of
from app.escalation.policy import Ladder


def raise_alarm(session: Session, case: Case, *, by: str, at: datetime) -> None:
    """Mark danger on a locked case, and climb the acute ladder from this moment. Marked already: nothing changes."""
    if case.danger:
        return
    case.mark_danger(by=by, at=at)
    escalation = escalation_of(session, case)
    escalation.ladder = Ladder.ACUTE
    start_over(escalation, at=at)
