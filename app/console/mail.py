"""What the case's page says of the mailbox: who wrote when, what is unread, and what the person did. No word of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import letters
from app.cases.letters import LONGEST, Letter, TakenBack
from app.cases.mailboxes import DuressAlarm, HandedReceipt
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.paper import Paper
from app.db import new_id


@dataclass(frozen=True)
class Handed:
    """A receipt that was made just now, in groups of four, to be said aloud once. Shows nothing of itself."""

    spoken: str = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """The mailbox of a case and of those that go on as part of it."""

    is_theirs: bool
    """Whether the case is the reader's: then they may write, and read. Others see what happened, and no words."""

    has_box: bool
    handed: HandedReceipt | None
    """One that was handed out and is not changed yet."""

    letters: Sequence[Letter]
    taken_back: Sequence[TakenBack]
    alarms: Sequence[datetime]
    most: int
    mark: str
    """One for each page: the same letter sent twice from it is one."""

    @property
    def unread(self) -> int:
        """How many letters of the person nobody has read."""
        return sum(letter.by_id is None and letter.read is None for letter in self.letters)

    @property
    def is_answered(self) -> bool:
        """Whether the last word is ours."""
        return bool(self.letters) and self.letters[-1].by_id is not None


def mail_for(session: Session, case: Case, paper: Paper) -> Mail | None:
    """The mailbox for this reader, or None where it is shown with another case."""
    if case.join:
        return None
    whole = ids_of_whole(session, case)
    alarms = session.scalars(select(DuressAlarm.at).where(DuressAlarm.case_id.in_(whole)).order_by(DuressAlarm.at))
    return Mail(
        is_theirs=sight.keeps(case, paper.who),
        has_box=bool(letters.with_mailbox(session, case)),
        handed=session.get(HandedReceipt, case.id),
        letters=letters.letters_of(session, whole),
        taken_back=letters.taken_back_by(session, whole),
        alarms=alarms.all(),
        most=LONGEST,
        mark=new_id()[:24],
    )
