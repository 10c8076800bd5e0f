"""What is counted of a year, so that parts of it can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.cases.breaches import Breach
from app.cases.canaries import MARK
from app.cases.facts import Approach, Closure, FirstContact, Hold, Join
from app.cases.models import Case
from app.escalation.models import StepTaken
from app.notifications.models import Notification
from app.oncall.models import GapNotice
from bench.year.life import Life
from bench.year.promises import nobody_looked

AWAITS_ONE: Final = "awaits a reason"


@dataclass
class Tally:
    """Figures of a stretch of time, and of several together."""

    cases: int = 0
    canaries: int = 0
    looks: int = 0
    gaps: int = 0
    approaches: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    went_on: Counter[str] = field(default_factory=Counter)
    contact: list[float] = field(default_factory=list)
    """Seconds from the opening of a case to its first contact."""

    breaches: list[tuple[str, datetime, str]] = field(default_factory=list)
    """The case's reference, when the promise was broken, and the reason that was given last."""

    late_ms: list[int] = field(default_factory=list)
    """How late each step was."""

    late_while_up_ms: int = 0
    """How late the worst step was of those for which an engine and open doors were there."""

    folded: int = 0
    handed: list[float] = field(default_factory=list)
    """Seconds from when a page was due to when the carrier had it."""

    troubles: Counter[str] = field(default_factory=Counter)
    pages: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Texts and calls that reached a telephone, by alias and day."""

    woken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same at night."""

    went_wrong: Counter[str] = field(default_factory=Counter)
    console: Counter[str] = field(default_factory=Counter)
    """What the console answered, by status."""


def together(parts: Iterable[Tally]) -> Tally:
    """All of them in one: what is counted is added, of the latest the latest one is kept."""
    whole = Tally()
    for part in parts:
        worst = max(whole.late_while_up_ms, part.late_while_up_ms)
        for each in fields(Tally):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(part, each.name))
        whole.late_while_up_ms = worst
    return whole


def tally_of(life: Life) -> Tally:
    """Worked out from the rows, and from what those who lived it counted."""
    with life.house.db.reading() as session:
        tally = Tally(
            looks=life.watcher.looks,
            came=life.callers.came,
            pages=life.handlers.pages,
            woken=life.handlers.woken,
            went_wrong=life.bad_days.counted,
            console=Counter({str(status): count for status, count in life.desk.answers.items()}),
        )
        _count_cases(session, tally)
        _count_contact(session, tally)
        _count_steps(session, tally, life)
        _count_pages(session, tally)
        return tally


def _count_cases(session: Session, tally: Tally) -> None:
    real = ~Case.reference.startswith(MARK)
    tally.cases = session.scalar(select(func.count()).select_from(Case).where(real)) or 0
    tally.canaries = session.scalar(select(func.count()).select_from(Case).where(~real)) or 0
    tally.approaches = _counted(session, Approach.channel)
    tally.endings = _counted(session, Closure.code)
    tally.endings["joined an older one"] = session.scalar(select(func.count()).select_from(Join)) or 0
    tally.endings["still open"] = tally.cases + tally.canaries - tally.endings.total()
    tally.went_on = _counted(session, Hold.released_because)


def _count_contact(session: Session, tally: Tally) -> None:
    spoken = session.execute(select(FirstContact.at, Case.opened_at).join(Case, Case.id == FirstContact.case_id))
    tally.contact = [(at - opened_at).total_seconds() for at, opened_at in spoken]
    broken = select(Case.reference, Breach).join(Breach, Breach.case_id == Case.id).order_by(Breach.at)
    for reference, breach in session.execute(broken.options(selectinload(Breach.reasons))):
        tally.breaches.append((reference, breach.at, breach.reason.code if breach.reason else AWAITS_ONE))


def _count_steps(session: Session, tally: Tally, life: Life) -> None:
    for late_ms, due_at, ran_at, missed in session.execute(
        select(StepTaken.late_ms, StepTaken.due_at, StepTaken.ran_at, StepTaken.missed)
    ):
        tally.late_ms.append(late_ms)
        tally.folded += missed
        if not nobody_looked(life.bad_days.outages, due_at, ran_at):
            tally.late_while_up_ms = max(tally.late_while_up_ms, late_ms)


def _count_pages(session: Session, tally: Tally) -> None:
    waits = session.execute(
        select(Notification.accepted_at, Notification.due_at).where(Notification.accepted_at.is_not(None))
    )
    tally.handed = [(at - due).total_seconds() for at, due in waits if at]
    tally.troubles = _counted(session, Notification.trouble)
    tally.gaps = session.scalar(select(func.count()).select_from(GapNotice)) or 0


def _counted(session: Session, column: object) -> Counter[str]:
    """How many rows there are of each value, without those that have none."""
    found = session.execute(select(column, func.count()).group_by(column)).all()  # type: ignore[call-overload]
    return Counter({str(value): count for value, count in found if value is not None})
