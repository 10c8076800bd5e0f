"""What the case page asks about who has the case: a conflict of interest, and whom the person would rather meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.console import sight
from app.console.paper import Paper
from app.oncall.changes import ON_DUTY
from app.programme.apply import current
from app.staff.directory import everyone
from app.staff.models import Person


@dataclass(frozen=True)
class Fit:
    """The questions to one reader. Who is excluded already is not among it: that is for their own eyes."""

    colleagues: Sequence[Person]
    """Whom the reader may exclude besides themselves: nobody, unless they oversee."""

    tags: Sequence[str]
    preferred: frozenset[str]


def fit_for(session: Session, case: Case, paper: Paper) -> Fit | None:
    """The questions, while the case is open."""
    if case.closure or case.join:
        return None
    others = [one for one in everyone(session) if one.id != paper.who.person_id and not ON_DUTY.isdisjoint(one.roles)]
    return Fit(
        colleagues=others if sight.oversees(paper.who) else (),
        tags=tags(session),
        preferred=frozenset(preference.tag for preference in case.preferences),
    )


def tags(session: Session) -> list[str]:
    """Every tag that somebody on the staff has, in the programme's order."""
    return list(dict.fromkeys(tag for member in current(session).staff for tag in member.tags))
