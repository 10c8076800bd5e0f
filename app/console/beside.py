"""What the case page says of its notes, and of other cases of the same event: who and when, and nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.apart import apart_from
from app.cases.links import linked_to
from app.cases.models import Case
from app.cases.notes import LONGEST, Note, notes_of
from app.cases.queries import joined_into, maybe_the_same
from app.console import sight
from app.console.doors import SignedIn


@dataclass(frozen=True)
class Beside:
    """For one reader."""

    notes: Sequence[Note]
    most: int
    """Characters that a note may have."""

    linked: Sequence[str]
    """References of linked cases that the reader may see."""

    linked_elsewhere: bool
    """There is one besides that they may not see; why not is not told."""

    one_telephone: bool
    """Several people may have called from the telephone of this case, by what they said of themselves, or by another
    case that is kept apart from this one."""


def beside(session: Session, case: Case, who: SignedIn) -> Beside:
    """The notes still sealed, and the links as far as they are the reader's to know."""
    others = linked_to(session, case)
    seen = [other.reference for other in others if sight.sees(other, who)]
    return Beside(notes_of(session, case), LONGEST, seen, len(seen) < len(others), _one_telephone(session, case))


def maybe_same(session: Session, case: Case, who: SignedIn) -> Sequence[str]:
    """The references of cases that may be the same person's, as far as the reader may know; not of those that were
    kept apart because they are somebody else's."""
    apart = apart_from(session, case)
    others = (other for other in maybe_the_same(session, case) if other.id not in apart)
    return [other.reference for other in others if not other.excludes(who.person_id)]


def _one_telephone(session: Session, case: Case) -> bool:
    roles = {approach.role for one in (case, *joined_into(session, case)) for approach in one.approaches}
    return len(roles) > 1 or bool(apart_from(session, case))
