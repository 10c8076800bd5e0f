"""What was followed up on somebody's way into SIG and out of it: each time it was filled in is a row that stays.

That somebody is in SIG at all is nobody's business who may not open the case: the moment is sealed with the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.routing import papers
from app.routing.indicators import FollowedUp
from app.routing.papers import Keys, Paper
from app.routing.subject import Subject
from app.staff.models import Person


class FollowUp(Paper):
    """The template, filled in once (`FollowedUp`)."""

    __tablename__ = "routing_follow_ups"


def follow_up(
    session: Session, subject: Subject, followed: FollowedUp, *, by: Person, at: datetime, source: str
) -> None:
    """Keep the template as it was filled in. The log says how many areas are not asked about, and none by name."""
    if papers.keep(session, FollowUp, subject, followed, by=by, at=at, source=source):
        subject.log(session, "followup.answered", by=by.alias, at=at, not_asked=len(followed.not_asked))


def followed_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[FollowUp, FollowedUp]]:
    """Every time it was filled in, the oldest first."""
    return [(row, papers.read(row, FollowedUp, keys)) for row in papers.of(session, FollowUp, cases)]


def newest(session: Session, cases: Sequence[str]) -> FollowUp | None:
    """The time it was filled in last."""
    found = papers.of(session, FollowUp, cases)
    return found[-1] if found else None
