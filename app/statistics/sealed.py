"""Counting what is sealed: whoever holds the key opens a whole month at once, and only the counts are kept.

The database holds nobody's gender, age, district, answers or route in clear. So these tables are counted a month at a
time by a coordinator's session, in memory, case after case; no answer is shown to anybody, and what is kept is how
many are in each group. A case that was forgotten meanwhile is one whose screening nobody began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.db import one_at_a_time
from app.programme.apply import current
from app.programme.knowledge_words import RouteKind
from app.routing import papers
from app.routing.deciding import decisions_in
from app.routing.models import Decision, Screened
from app.routing.papers import Keys
from app.routing.screening import answers_in, newest
from app.statistics.counted import keep
from app.statistics.models import ToOpen, Unopened
from app.statistics.screened import districts_of, groups_of
from app.statistics.tables import KINDS

KeysOf = Callable[[Sequence[str]], Keys]
"""The keys of these cases, by their ids; none of one that nobody is granted any more."""


@dataclass(frozen=True)
class Tally:
    """How many of a month's requests are in each group of each sealed table."""

    month: str
    counts: Mapping[str, Mapping[str, int]]


def months_to_open(session: Session) -> Sequence[str]:
    """The months that were counted but for what is sealed, the oldest first."""
    return session.scalars(select(ToOpen.month).order_by(ToOpen.month)).all()


def note_opening(session: Session, months: Sequence[str], *, by: str, role: str, at: datetime) -> None:
    """The entry that is committed before anything is opened: how many months, up to which, and how many cases."""
    cases = sum(len(_unopened(session, month)) for month in months)
    last = max(months, default="")
    record(session, at=at, by=by, role=role, action="statistics.opened", months=len(months), until=last, cases=cases)


def tally(session: Session, month: str, keys_of: KeysOf) -> Tally:
    """Open every request of a month, and count. Writes nothing."""
    districts = districts_of(current(session).knowledge.district)
    found: Counter[tuple[str, str]] = Counter()
    unopened = _unopened(session, month)
    for row in unopened:
        found.update(_groups(session, row, keys_of, districts).items())
    for soon, gone in _gone(session.get_one(ToOpen, month), unopened).items():
        for each in groups_of(None, None, districts, soon=soon).items():
            found[each] += gone
    sealed = {name: kind.groups or districts for name, kind in KINDS.items() if kind.is_sealed}
    return Tally(month, {name: {group: found[name, group] for group in groups} for name, groups in sealed.items()})


def learn(session: Session, tallies: Sequence[Tally]) -> None:
    """Keep the counts, once for each month, however many count it at the same time."""
    one_at_a_time(session, "statistics")
    open_still = set(months_to_open(session))
    for each in tallies:
        if each.month in open_still:
            for name, counted in each.counts.items():
                keep(session, each.month, KINDS[name], counted)
            session.execute(delete(Unopened).where(Unopened.month == each.month))
            session.execute(delete(ToOpen).where(ToOpen.month == each.month))


def _unopened(session: Session, month: str) -> Sequence[Unopened]:
    return session.scalars(select(Unopened).where(Unopened.month == month)).all()


def _gone(counted: ToOpen, unopened: Sequence[Unopened]) -> Mapping[bool, int]:
    """How many were forgotten since the count, of those who were reached soon and of the others."""
    soon = counted.soon - sum(row.soon for row in unopened)
    return {True: soon, False: counted.requests - len(unopened) - soon}


def _groups(session: Session, row: Unopened, keys_of: KeysOf, districts: Collection[str]) -> Mapping[str, str]:
    cases = ids_of_whole(session, session.get_one(Case, row.case_id))
    written = _written(session, cases)
    keys = keys_of([case_id for case_id in cases if case_id in written])
    readable = [case_id for case_id in cases if case_id in keys]
    known = answers_in(session, readable, keys) if newest(session, readable) else None
    return groups_of(known, _leading(session, readable, keys), districts, soon=row.soon)


def _written(session: Session, cases: Sequence[str]) -> set[str]:
    """Those of them in which anything was answered or decided: nothing else is opened."""
    return {paper.case_id for kind in (Screened, Decision) for paper in papers.of(session, kind, cases)}


def _leading(session: Session, cases: Sequence[str], keys: Keys) -> RouteKind | None:
    decided = decisions_in(session, cases, keys)
    return next((route.kind for route in decided[-1][1].routes if route.lead), None) if decided else None
