"""What the case page says of its notes, and of other cases of the same event: who and when, and nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.links import linked_to
from app.cases.models import Case
from app.cases.notes import LONGEST, Note, notes_of
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


def beside(session: Session, case: Case, who: SignedIn) -> Beside:
    """The notes still sealed, and the links as far as they are the reader's to know."""
    others = linked_to(session, case)
    seen = [other.reference for other in others if sight.sees(other, who)]
    return Beside(notes_of(session, case), LONGEST, seen, len(seen) < len(others))
