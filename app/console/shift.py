"""What the case page says of the end of the holder's shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.console.doors import SignedIn
from app.escalation import shifts
from app.escalation.opening import escalation_of
from app.escalation.policy import from_json


@dataclass(frozen=True)
class Shift:
    """When the reader's shift ends and the case goes on to the next; `kept`: it does not, by their own word."""

    ends: datetime | None
    kept: bool


def shift_for(session: Session, case: Case, who: SignedIn) -> Shift | None:
    """For whoever holds a case that awaits contact; None where their grace is over before any shift is."""
    hold = case.hold
    if hold is None or hold.person_id != who.person_id or not case.awaits_contact:
        return None
    grace = from_json(escalation_of(session, case).policy).grace
    ends = shifts.shift_ends(hold, before=hold.at + grace)
    return Shift(ends, hold.kept is not None) if ends or hold.kept else None
