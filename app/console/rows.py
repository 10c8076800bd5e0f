"""Cases as the board and the case page show them: everything worked out, nothing secret among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.cases import queries
from app.cases.facts import Approach, Connection
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.console.doors import SignedIn
from app.console.next_step import Next, Reader, next_step
from app.console.sight import keeps, may_take, oversees
from app.console.times import Times


@dataclass(frozen=True)
class Row:
    """One case for one reader."""

    reference: str
    standing: Standing
    opened_at: datetime
    due_at: datetime
    danger: bool
    overdue: bool
    whose: str | None
    """Who holds it, or whose turn it is; an alias."""

    mine: bool
    next: Next

    @property
    def runs(self) -> bool:
        """Whether its clock still runs."""
        return self.standing in {Standing.WAITING, Standing.TAKEN}


@dataclass(frozen=True)
class Board:
    """What a reader sees at a glance: what awaits contact, the most pressing first, and what was reached since."""

    running: list[Row]
    reached: list[Row]
    elsewhere: int
    """Cases that colleagues hold; a handler is told how many, not which."""


def board(session: Session, who: SignedIn, times: Times) -> Board:
    """Everything open that this reader may know of."""
    cases = _open_cases(session)
    if oversees(who):
        shown = cases
    else:
        shown = [case for case in cases if keeps(case, who) or (case.awaits_contact and case.hold is None)]
    rows = sorted((row_of(session, case, who, times) for case in shown), key=_pressing)
    return Board(
        running=[row for row in rows if row.runs],
        reached=[row for row in rows if not row.runs],
        elsewhere=len(cases) - len(shown),
    )


def row_of(session: Session, case: Case, who: SignedIn, times: Times) -> Row:
    """The case as this reader sees it now."""
    return Row(
        reference=case.reference,
        standing=case.standing,
        opened_at=case.opened_at,
        due_at=case.due_at,
        danger=case.danger is not None,
        overdue=case.is_overdue(times.now),
        whose=_whose(case),
        mine=keeps(case, who),
        next=next_step(case.standing, _reader(session, case, who), case.wishes, local=times.now.astimezone(times.zone)),
    )


def _reader(session: Session, case: Case, who: SignedIn) -> Reader:
    mine = keeps(case, who)
    return Reader(
        keeps=mine,
        may_take=may_take(session, case, who),
        has_spoken=mine and _has_spoken(session, case, who),
    )


def _has_spoken(session: Session, case: Case, who: SignedIn) -> bool:
    """They pressed 1 on a call of this case, and nothing is written down since."""
    spoke = select(Connection.at).join(Approach, Approach.id == Connection.approach_id)
    mine = spoke.where(Approach.case_id == case.id, Connection.person_id == who.person_id)
    latest = session.scalar(mine.order_by(Connection.at.desc()).limit(1))
    return latest is not None and not any(attempt.at >= latest for attempt in case.attempts)


def _whose(case: Case) -> str | None:
    if case.hold:
        return case.hold.person.alias
    if case.first_contact:
        return case.first_contact.by.alias
    return case.responsible.person.alias if case.responsible else None


def _pressing(row: Row) -> tuple[bool, bool, datetime]:
    return not row.runs, not row.danger, row.due_at


def _open_cases(session: Session) -> list[Case]:
    """The board's cases, with what their rows are worked out from loaded in a handful of questions, however many."""
    cases = queries.board(session)
    beside = (Case.permissions, Case.attempts, Case.closure, Case.join)
    session.scalars(select(Case).where(~queries.closed()).options(*map(selectinload, beside))).all()
    return cases
