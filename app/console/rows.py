"""Cases as the board and the case page show them: everything worked out, nothing secret among it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.bridge_queries import unsaid
from app.cases.facts import Approach, Connection
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.cases.outreach import Rules, judge
from app.cases.pressing import SHOWN, Part, counts, most_pressing
from app.cases.reach import rules_of
from app.console.doors import SignedIn
from app.console.dossier import glance
from app.console.due import Due, due_now
from app.console.going import Going, meetings_ahead
from app.console.next_step import WAYS, Leave, Next, Reader, next_step
from app.console.sight import answers_for, asked, keeps, may_take, oversees
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
    doubt: str | None = None
    """Why a machine may have sent it."""
    unexplained: bool = False
    """The promise was broken, and nobody has said why."""

    @property
    def runs(self) -> bool:
        """Whether its clock still runs."""
        return not self.is_canary and self.standing in {Standing.WAITING, Standing.TAKEN}


@dataclass(frozen=True)
class Board:
    """What a reader sees at a glance: what awaits contact, the most pressing first, and what was reached since."""

    parts: Mapping[Part, Sequence[Row]]
    """A page of each part: what runs, what a machine may have sent, what was reached, what we sent ourselves."""

    counts: Mapping[str, int]
    """How many there are of each part, and how many `elsewhere`: a handler is told how many colleagues hold, not
    which."""

    page: int = 0
    """Which page of a part this is, when the board shows one part alone."""

    unexplained: Sequence[str] = ()
    """For the coordinator: the references of broken promises that nobody has explained, closed ones among them."""

    undecided: Sequence[str] = ()
    """For the coordinator: those of which nobody has said whether they are advice or a case."""

    to_do: Sequence[Due] = ()
    """What the reader's own cases want done by today."""

    meetings: Sequence[Going] = ()
    """Those that the reader goes to, also in a colleague's case, from which nobody has checked in."""

    @property
    def waiting(self) -> int:
        """How many await contact."""
        return self.counts.get(Part.RUNNING, 0) + self.counts.get(Part.DOUBTFUL, 0)

    def after(self, part: Part) -> int:
        """How many of a part come after those that are shown."""
        return max(self.counts.get(part, 0) - self.page * SHOWN - len(self.parts[part]), 0)


@dataclass(frozen=True)
class Ties:
    """The cases a reader was paged about, and when they last had the caller of a case on the line; by case id."""

    asked: frozenset[str]
    spoke_at: Mapping[str, datetime]


def board(session: Session, who: SignedIn, times: Times) -> Board:
    """The most pressing of everything open that this reader may know of."""
    reader, sees_all, now = who.person_id, oversees(who), times.now
    found = counts(session, reader, sees_all=sees_all, at=now)
    pages = {
        part: most_pressing(session, reader, part, sees_all=sees_all, at=now) if found.get(part) else ()
        for part in Part
    }
    return Board(
        parts=_rows(session, who, times, pages),
        counts=found,
        unexplained=unexplained(session, who) if who.may(Role.COORDINATOR) else (),
        undecided=undecided(session, who, times) if who.may(Role.COORDINATOR) else (),
        to_do=due_now(session, who, times),
        meetings=meetings_ahead(session, who),
    )


def one_part(session: Session, who: SignedIn, times: Times, part: Part, page: int) -> Board:
    """One part alone, a page of it further down than the board goes."""
    reader, sees_all, now = who.person_id, oversees(who), times.now
    ids = most_pressing(session, reader, part, sees_all=sees_all, at=now, page=page)
    found = counts(session, reader, sees_all=sees_all, at=now)
    return Board(parts=_rows(session, who, times, {part: ids}), counts=found, page=page)


def _rows(
    session: Session, who: SignedIn, times: Times, pages: Mapping[Part, Sequence[str]]
) -> dict[Part, Sequence[Row]]:
    cases = {case.id: case for case in queries.as_listed(session, [id_ for ids in pages.values() for id_ in ids])}
    ties = ties_of(session, who)
    rules, local = rules_of(current(session)), times.now.astimezone(times.zone)

    def row(case: Case) -> Row:
        return row_of(case, who, times, ties, _at_a_glance(case, rules, local))

    def shown(case: Case) -> bool:
        return oversees(who) or case.awaits_contact or keeps(case, who)

    return {part: [row(cases[id_]) for id_ in ids if shown(cases[id_])] for part, ids in pages.items()}


def unexplained(session: Session, who: SignedIn) -> list[str]:
    """References of broken promises that nobody has explained, but for cases the reader is excluded from."""
    return [case.reference for case in queries.unexplained(session) if not case.excludes(who.person_id)]


def undecided(session: Session, who: SignedIn, times: Times) -> list[str]:
    """References of those of which nobody has said whether they are advice or a case, with the same exception."""
    found = glance.undecided(session, at=times.now, zone=times.zone)
    return [case.reference for case in found if not case.excludes(who.person_id)]


def ties_of(session: Session, who: SignedIn) -> Ties:
    """What ties this reader to cases, besides the cases' own facts."""
    spoke = session.execute(_SPOKE_AT, {"person": who.person_id})
    return Ties(asked=asked(session, who), spoke_at=dict(spoke.all()) | unsaid(session, who.person_id))


_SPOKE_AT: Final = (
    select(Approach.case_id, func.max(Connection.at))
    .join(Connection, Connection.approach_id == Approach.id)
    .where(Connection.person_id == bindparam("person"))
    .group_by(Approach.case_id)
)


def row_of(case: Case, who: SignedIn, times: Times, ties: Ties, leave: Mapping[str, Leave]) -> Row:
    """The case as this reader sees it now. `leave`: whether the person may be sought, each way there is."""
    works_on_it, mine = keeps(case, who), answers_for(case, who)
    reader = Reader(
        keeps=works_on_it,
        may_take=may_take(case, who, ties.asked),
        has_spoken=works_on_it and _has_spoken(case, ties),
        answers=mine,
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
        next=next_step(case.standing, reader, leave if works_on_it else {}),
        is_canary=case.is_canary,
        doubt=case.doubt.because if case.doubt else None,
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
    if case.reached_by and not case.is_nobodys:
        return case.reached_by.alias
    return case.responsible.person.alias if case.responsible else None
