"""A legal hold: from its first word on the case is not forgotten; a second person makes it stand, or lifts it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import locked
from app.errors import BadInput
from app.retention.models import HOLD_REASONS, HoldWord, LegalHold, Stone
from app.staff.models import Person

_MAY_FOLLOW = {
    "asked": ("agreed", "refused"),
    "agreed": ("lift_asked",),
    "lift_asked": ("lift_agreed", "lift_refused"),
    "lift_refused": ("lift_asked",),
}
_TAKES_ANOTHER = ("agreed", "refused", "lift_agreed", "lift_refused")


def ask(session: Session, case: Case, because: str, *, by: Person, at: datetime) -> LegalHold:
    """Keep a case from being forgotten, at once. BadInput without a reason, or for one that is held or gone."""
    if because not in HOLD_REASONS:
        raise BadInput("Say why this must be kept: choose one of the reasons.")
    locked(session, case.id)
    if session.get(Stone, case.id):
        raise BadInput("This case has been forgotten. There is nothing to keep any more.")
    if held(session, case):
        raise BadInput("This case is held already.")
    hold = LegalHold(case_id=case.id, because=because)
    session.add(hold)
    session.flush()
    _say(session, hold, case, "asked", by=by, at=at)
    return hold


def say(session: Session, hold_id: str, word: str, *, by: Person, at: datetime) -> LegalHold:
    """Another word on a hold. BadInput for one that cannot follow, or that takes somebody else than who asked."""
    hold = session.get(LegalHold, hold_id)
    if hold is None:
        raise BadInput("There is no such hold.")
    case = locked(session, hold.case_id)
    session.refresh(hold)
    if word not in _MAY_FOLLOW.get(hold.last.word, ()):
        raise BadInput("A colleague has spoken on this hold already. Look again.")
    if word in _TAKES_ANOTHER and hold.last.by_id == by.id:
        raise BadInput("Two people: somebody else than who asked has to say it.")
    _say(session, hold, case, word, by=by, at=at)
    return hold


def held(session: Session, case: Case) -> LegalHold | None:
    """The hold in force."""
    found = session.scalars(select(LegalHold).where(LegalHold.case_id == case.id))
    return next((hold for hold in found if hold.is_in_force), None)


def _say(session: Session, hold: LegalHold, case: Case, word: str, *, by: Person, at: datetime) -> None:
    hold.words.append(HoldWord(hold_id=hold.id, nth=len(hold.words) + 1, word=word, by_id=by.id, at=at))
    session.flush()
    case.log("retention.held", by=by.alias, at=at, because=hold.because, word=word)
