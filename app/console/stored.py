"""What the page of a case that is over says: how long it is kept, what is in the way, and who has received it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.console.doors import SignedIn
from app.console.sight import keeps
from app.retention import due, handing, holds
from app.retention.classes import Verdict
from app.retention.models import LegalHold, Receipt


@dataclass(frozen=True)
class Stored:
    """`may_hand`: the reader has the case, and may print it for the house that keeps it."""

    verdict: Verdict
    received: Sequence[Receipt]
    hold: LegalHold | None
    may_hand: bool


def stored_for(session: Session, case: Case, who: SignedIn) -> Stored | None:
    """None while it is open, and for what nobody wrote to us."""
    judged = due.judge(session, case)
    if judged is None or case.is_canary:
        return None
    return Stored(judged.verdict, handing.received(session, case), holds.held(session, case), keeps(case, who))
