"""What a case's page says of those that go on as part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import partings, queries
from app.cases.models import Case


@dataclass(frozen=True)
class Joined:
    """A case that goes on as part of this one, and whether they can still go apart."""

    reference: str
    at: datetime
    by: str
    may_part: bool


def joined_with(session: Session, case: Case) -> Sequence[Joined]:
    """The cases that go on as part of this one, for its page."""
    return [
        Joined(
            one.reference,
            one.join.at,
            one.join.by,
            one.join.into_id == case.id and partings.may_part(session, one.join),
        )
        for one in queries.joined_into(session, case)
        if one.join
    ]
