"""What was done to reach staff about a case: the steps of its ladders, and what became of every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case
from app.escalation.models import StepTaken
from app.notifications.models import Notification, State

LATE_FROM = timedelta(minutes=1)
"""A step that ran later than this is said to be late."""

MOST_STEPS = 100


@dataclass(frozen=True)
class Alarm:
    """One step: which rung of which ladder, when, how late, and its pages."""

    ladder: str
    rung: int
    turn: int
    at: datetime
    late: timedelta | None
    missed: int
    pages: Sequence[Notification]


def alarms(session: Session, case: Case) -> list[Alarm]:
    """The case's steps, the latest first; the pages of each in the order they were written."""
    steps = session.scalars(
        select(StepTaken).where(StepTaken.case_id == case.id).order_by(StepTaken.ran_at.desc()).limit(MOST_STEPS)
    ).all()
    pages = _pages_by_step(session, case)
    return [_alarm(step, pages.get(step.id, [])) for step in steps]


def outcome(page: Notification) -> str:
    """What became of a page, as a key of the catalogue."""
    if page.acknowledged_at:
        return "page.answered"
    if page.state == State.FAILED:
        return f"trouble.{page.trouble}"
    return f"page.{page.state}"


def _alarm(step: StepTaken, pages: Sequence[Notification]) -> Alarm:
    ladder, rung, turn = step.step.split(".")
    late = step.ran_at - step.due_at
    return Alarm(
        ladder=ladder,
        rung=int(rung) + 1,
        turn=int(turn) + 1,
        at=step.ran_at,
        late=late if late >= LATE_FROM else None,
        missed=step.missed,
        pages=pages,
    )


def _pages_by_step(session: Session, case: Case) -> dict[str, list[Notification]]:
    found: dict[str, list[Notification]] = {}
    about_it = select(Notification).where(Notification.case_id == case.id, Notification.step_id.is_not(None))
    for page in session.scalars(about_it.options(joinedload(Notification.person)).order_by(Notification.queued_at)):
        found.setdefault(page.step_id or "", []).append(page)
    return found
