"""Conversations, and the form as it grows in them. What an answer calls for there and then is raised as it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import Field
from sqlalchemy.orm import Session

from app import rows
from app.routing import papers
from app.routing.answers import Answers
from app.routing.kept import Kept
from app.routing.models import Alarm, Conversation, Screened, StepRaised, StepSettled
from app.routing.papers import Keys
from app.routing.steps import Raised, Step, raises
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST_NOTE = 1_000
"""Characters of a note to a step."""


class Became(StrEnum):
    """What became of a step."""

    DONE = "done"
    NOT_NEEDED = "not_needed"
    THEY_REFUSE = "they_refuse"


class Settled(Kept):
    """A step, what became of it, and a word on it."""

    step: Step
    became: Became
    note: str = Field(default="", max_length=LONGEST_NOTE)


def converse(session: Session, subject: Subject, *, by: Person, at: datetime, source: str) -> Conversation:
    """Begin one more conversation. The same `source` again is the same conversation."""
    before = papers.of(session, Conversation, [subject.case_id])
    begun = papers.note(session, Conversation, subject, by=by, at=at, source=source)
    if begun is None:
        return next(one for one in before if one.source == papers.source_of(subject, source))
    subject.log(session, "screening.begun", by=by.alias, at=at, nth=begun.nth)
    return begun


def answer(
    session: Session,
    subject: Subject,
    conversation: Conversation,
    answers: Answers,
    *,
    by: Person,
    at: datetime,
    source: str,
) -> tuple[Raised, ...]:
    """Keep the form as it stands now, and the steps it raises; returns them all, the most urgent first.

    The log says how many questions are not asked yet, and none by name.
    """
    called_for = raises(answers)
    kept = {"conversation_id": conversation.id, "form": answers.form}
    if papers.keep(session, Screened, subject, answers, by=by, at=at, source=source, **kept):
        for raised in called_for:
            _raise(session, subject, raised.step, by=by, at=at)
        left = len(answers.not_asked)
        subject.log(session, "screening.answered", by=by.alias, at=at, nth=conversation.nth, not_asked=left)
    return called_for


def settle(session: Session, subject: Subject, settled: Settled, *, by: Person, at: datetime, source: str) -> None:
    """Say what became of a step; a later word is another row. Which step it was is sealed."""
    if papers.keep(session, StepSettled, subject, settled, by=by, at=at, source=source):
        subject.log(session, "screening.step_settled", by=by.alias, at=at)


def newest(session: Session, cases: Sequence[str]) -> Screened | None:
    """The form as it was saved last, in a case or one that goes on as part of it."""
    found = papers.of(session, Screened, cases)
    return found[-1] if found else None


def answers_in(session: Session, cases: Sequence[str], keys: Keys) -> Answers:
    """What is known: nothing asked at all, when nobody has begun."""
    last = newest(session, cases)
    return papers.read(last, Answers, keys) if last else Answers()


def settled_in(session: Session, cases: Sequence[str], keys: Keys) -> dict[Step, tuple[StepSettled, Settled]]:
    """The last word on each step."""
    told = ((row, papers.read(row, Settled, keys)) for row in papers.of(session, StepSettled, cases))
    return {settled.step: (row, settled) for row, settled in told}


def raised_in(session: Session, cases: Sequence[str]) -> frozenset[Alarm]:
    """The steps that are seen without a key."""
    found = (session.get(StepRaised, (case, each.value)) for case in cases for each in Alarm)
    return frozenset(Alarm(row.step) for row in found if row)


def raise_alarm(session: Session, subject: Subject, alarm: Alarm, *, by: Person, at: datetime) -> None:
    """One of the steps that are seen without a key; once."""
    if session.get(StepRaised, (subject.case_id, alarm.value)) is None:
        rows.write(session, StepRaised, case_id=subject.case_id, step=alarm.value, by_id=by.id, at=at)
        subject.log(session, "screening.step_raised", by=by.alias, at=at, step=alarm.value)


def _raise(session: Session, subject: Subject, step: Step, *, by: Person, at: datetime) -> None:
    if step.value in {each.value for each in Alarm}:
        raise_alarm(session, subject, Alarm(step.value), by=by, at=at)
