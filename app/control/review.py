"""Reviewing: what waits for a reviewer, and what they found. Nobody reviews what they read themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, selectinload

from app.audit import trees
from app.audit.impersonal import Plain
from app.audit.log import write
from app.control.models import ControlHit, ControlReading, ControlReview
from app.control.words import FINDINGS, STEPS
from app.errors import AlreadyTaken, BadInput, NoSuchPage


def waiting(session: Session, reviewer: str) -> Sequence[ControlReading]:
    """Every reading that somebody should look at and nobody has, what is due first on top; not the reviewer's own."""
    due = select(func.min(ControlHit.due_at)).where(ControlHit.leaf == ControlReading.leaf).scalar_subquery()
    found = select(ControlReading).where(_wanted(), ControlReading.by != reviewer).order_by(due, ControlReading.leaf)
    return session.scalars(found.options(selectinload(ControlReading.hits))).all()


def own(session: Session, reviewer: str) -> int:
    """How many of the reviewer's own readings wait for somebody else."""
    return _count(session, ControlReading.by == reviewer)


def overdue(session: Session, *, at: datetime) -> int:
    """How many readings should have been reviewed by now."""
    late = exists().where(ControlHit.leaf == ControlReading.leaf, ControlHit.due_at <= at)
    return _count(session, late)


def due_at(reading: ControlReading) -> datetime:
    """When its review is due: by the gravest reason for it."""
    return min(hit.due_at for hit in reading.hits)


def done(session: Session, *, most: int) -> Sequence[ControlReading]:
    """The latest reviews, the newest first."""
    found = select(ControlReading).join(ControlReview).order_by(ControlReview.at.desc(), ControlReading.leaf.desc())
    loaded = selectinload(ControlReading.hits), selectinload(ControlReading.review)
    return session.scalars(found.options(*loaded).limit(most)).all()


def review(session: Session, leaf: int, *, by: str, finding: str, step: str, at: datetime) -> None:
    """Write down what was found. NoSuchPage for a reading that waits for nobody or is the reviewer's own: the same
    answer for both. AlreadyTaken when a colleague was first; BadInput for words that do not go together."""
    insist_on_words(finding, step)
    reading = session.get(ControlReading, leaf, with_for_update=True, populate_existing=True)
    if reading is None or reading.by == by or not reading.hits:
        raise NoSuchPage("There is nothing of this kind for you to review.")
    if reading.review:
        raise AlreadyTaken("A colleague has reviewed this already.")
    session.add(ControlReview(leaf=leaf, by=by, at=at, finding=finding, step=step))
    _note(session, reading, by=by, finding=finding, step=step, at=at)


def insist_on_words(finding: str, step: str) -> None:
    """A finding from the list, and a step that goes with it."""
    if finding not in FINDINGS:
        raise BadInput("Say what you found: choose one of the findings.")
    if step not in STEPS:
        raise BadInput("Say what follows: choose one of the steps.")
    if finding == "no_reason" and step == "none":
        raise BadInput("Something follows when there was no reason: say what.")


def _note(session: Session, reading: ControlReading, *, by: str, finding: str, step: str, at: datetime) -> None:
    about, whys = reading.about, ",".join(hit.why for hit in reading.hits)
    leaf = trees.leaf_at(trees.every(session), reading.leaf)
    facts: dict[str, Plain] = {"leaf": leaf.number, "leaf_year": leaf.year, "step": step, "whys": whys}
    write(session, at=at, by=by, role="auditor", action="log.reviewed", about=about, because=finding, facts=facts)


def _wanted() -> ColumnElement[bool]:
    """There is a reason to look at it, and nobody has."""
    has_why = exists().where(ControlHit.leaf == ControlReading.leaf)
    return has_why & ~exists().where(ControlReview.leaf == ControlReading.leaf)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ControlReading).where(_wanted(), *conditions)) or 0
