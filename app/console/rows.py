"""Cases as the board and the case page show them: everything worked out, nothing secret among it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.cases import queries
from app.cases.bridge_queries import unsaid
from app.cases.facts import Approach, Connection
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.cases.outreach import Rules, judge
from app.cases.reach import rules_of
from app.console.doors import SignedIn
from app.console.next_step import WAYS, Leave, Next, Reader, next_step
from app.console.sight import asked, keeps, may_take, oversees, spoke
from app.console.times import Times
from app.programme.apply import current
from app.staff.roles import Role


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
    is_canary: bool = False
    """Nobody called: a test of ours, which whoever takes it ends by that."""
    unexplained: bool = False
    """The promise was broken, and nobody has said why."""

    @property
    def runs(self) -> bool:
        """Whether its clock still runs."""
        return not self.is_canary and self.standing in {Standing.WAITING, Standing.TAKEN}


@dataclass(frozen=True)
class Board:
    """What a reader sees at a glance: what awaits contact, the most pressing first, and what was reached since."""

    running: list[Row]
    reached: list[Row]
    canaries: list[Row]
    elsewhere: int
    """Cases that colleagues hold; a handler is told how many, not which."""

    unexplained: Sequence[str] = ()
    """For the coordinator: the references of broken promises that nobody has explained, closed ones among them."""


@dataclass(frozen=True)
class Ties:
    """The cases a reader was paged about, and when they last had the caller of a case on the line; by case id."""

    asked: frozenset[str]
    spoke_at: Mapping[str, datetime]


def board(session: Session, who: SignedIn, times: Times) -> Board:
    """Everything open that this reader may know of."""
    cases = [case for case in _open_cases(session) if not case.excludes(who.person_id)]
    if oversees(who):
        shown = cases
    else:
        shown = [
            case
            for case in cases
            if keeps(case, who) or (case.awaits_contact and (case.hold is None or spoke(case, who)))
        ]
    ties = ties_of(session, who)
    rules, local = rules_of(current(session)), times.now.astimezone(times.zone)
    rows = [row_of(case, who, times, ties, _at_a_glance(case, rules, local)) for case in shown]
    rows.sort(key=_pressing)
    return Board(
        running=[row for row in rows if row.runs],
        reached=[row for row in rows if not (row.runs or row.is_canary)],
        canaries=[row for row in rows if row.is_canary],
        elsewhere=len(cases) - len(shown),
        unexplained=_unexplained(session, who) if who.may(Role.COORDINATOR) else (),
    )


def _unexplained(session: Session, who: SignedIn) -> list[str]:
    return [case.reference for case in queries.unexplained(session) if not case.excludes(who.person_id)]


def ties_of(session: Session, who: SignedIn) -> Ties:
    """What ties this reader to cases, besides the cases' own facts."""
    answered = select(Approach.case_id, func.max(Connection.at)).join(Connection, Connection.approach_id == Approach.id)
    spoke = session.execute(answered.where(Connection.person_id == who.person_id).group_by(Approach.case_id))
    return Ties(asked=asked(session, who), spoke_at=dict(spoke.all()) | unsaid(session, who.person_id))


def row_of(case: Case, who: SignedIn, times: Times, ties: Ties, leave: Mapping[str, Leave]) -> Row:
    """The case as this reader sees it now. `leave`: whether the person may be sought, each way there is."""
    mine = keeps(case, who)
    reader = Reader(
        keeps=mine,
        may_take=may_take(case, who, ties.asked),
        has_spoken=mine and _has_spoken(case, ties),
    )
    return Row(
        reference=case.reference,
        standing=case.standing,
        opened_at=case.opened_at,
        due_at=case.due_at,
        danger=case.danger is not None,
        overdue=case.is_overdue(times.now),
        whose=_whose(case),
        mine=mine,
        next=next_step(case.standing, reader, leave if mine else {}),
        is_canary=case.is_canary,
        unexplained=case.breach is not None and case.breach.reason is None,
    )


def _at_a_glance(case: Case, rules: Rules, local: datetime) -> dict[str, Leave]:
    """Whether the person may be sought, by what the board has at hand: the case's own page asks for everything."""
    tries = {way: [attempt.at for attempt in case.attempts if attempt.channel == way] for way in WAYS}
    return {way: judge(case.wishes, tries[way], way, rules, local=local) for way in WAYS}


def _has_spoken(case: Case, ties: Ties) -> bool:
    """They pressed 1 on a call of this case, and nothing is written down since."""
    spoke_at = ties.spoke_at.get(case.id)
    return spoke_at is not None and not any(attempt.at >= spoke_at for attempt in case.attempts)


def _whose(case: Case) -> str | None:
    if case.hold:
        return case.hold.person.alias
    if case.first_contact and not case.is_nobodys:
        return case.first_contact.by.alias
    return case.responsible.person.alias if case.responsible else None


def _pressing(row: Row) -> tuple[bool, bool, datetime]:
    return not row.runs, not row.danger, row.due_at


def _open_cases(session: Session) -> list[Case]:
    """The board's cases, with what their rows are worked out from loaded in a handful of questions, however many."""
    cases = queries.board(session)
    beside = (Case.permissions, Case.attempts, Case.closure, Case.join, Case.exclusions)
    session.scalars(select(Case).where(~queries.closed()).options(*map(selectinload, beside))).all()
    return cases
