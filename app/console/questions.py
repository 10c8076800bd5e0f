"""What is asked of a person about being contacted, and who can have heard the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.facts import Content
from app.cases.models import Case
from app.cases.permissions import Hours
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.doors import SignedIn
from app.console.paper import Paper

WAYS: Final = ("call", "sms", "voicemail")


@dataclass(frozen=True)
class Questions:
    """The form: the ways there are, and the numbers it can be about, by the kind of their row and when they came."""

    ways: Sequence[str]
    hours: Sequence[Hours]
    numbers: Sequence[Content]
    about: str
    """The number that the last answer was about, or the last that came."""


def has_asked(case: Case, who: SignedIn) -> bool:
    """Whether the answer can be theirs to write down: the case is theirs, and somebody has spoken with the person."""
    return sight.keeps(case, who) and (case.first_contact is not None or sight.spoke(case, who))


def questions_for(session: Session, case: Case, paper: Paper) -> Questions | None:
    """The form for this reader, or None where there is nothing to ask or nobody to have answered."""
    numbers = numbers_of(session, case)
    if case.closure or case.join or not numbers or not has_asked(case, paper.who):
        return None
    meant = [permission.content_id for permission in case.permissions if permission.content_id]
    return Questions(WAYS, tuple(Hours), numbers, about=meant[-1] if meant else numbers[-1].id)


def numbers_of(session: Session, case: Case) -> list[Content]:
    """The rows with numbers of this person, still sealed; the first that came first."""
    cases = ids_of_whole(session, case)
    kinds = ("caller_number", "callback_number")
    found = select(Content).where(Content.case_id.in_(cases), Content.kind.in_(kinds))
    return list(session.scalars(found.order_by(Content.at)))
