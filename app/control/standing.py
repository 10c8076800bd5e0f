"""How a case stood to somebody who read it, worked out from its facts: when it was theirs, and whether it might be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import joined_into, that_goes_on
from app.control.baits import is_bait
from app.control.rules import CaseThen, Time


def of(session: Session, pseudonym: str, alias: str, index_keys: Iterable[bytes]) -> CaseThen:
    """For the case that the log calls so, and the reader of this alias. A case that is not known was nobody's."""
    case = session.scalar(select(Case).where(Case.pseudonym == pseudonym))
    if case is None:
        return CaseThen()
    whole = _whole(session, case)
    ends = [one.closure.at for one in whole if one.closure]
    return CaseThen(
        theirs=[time for one in whole for time in _theirs(one, alias)],
        closed_at=min(ends, default=None),
        excluded=any(kept.person.alias == alias for one in _related(session, whole) for kept in one.exclusions),
        is_bait=is_bait(case, index_keys),
    )


def whose(session: Session, pseudonym: str) -> list[str]:
    """Everybody whose the case was at some time, by alias: for the reviewer."""
    case = session.scalar(select(Case).where(Case.pseudonym == pseudonym))
    whole = _whole(session, case) if case else []
    return sorted({alias for one in whole for alias, _ in _times(one)})


def _theirs(case: Case, alias: str) -> Iterator[Time]:
    return (time for whose, time in _times(case) if whose == alias)


def _times(case: Case) -> Iterator[tuple[str, Time]]:
    """Whose it was, and when: who held it, whom they brought in, who was in contact first, and who was named for it
    after that."""
    for hold in case.holds:
        yield hold.person.alias, Time(hold.at, hold.released_at)
    for beside in case.co_handlings:
        ends = [fact.at for fact in (beside.end, case.closure, case.join) if fact]
        yield beside.person.alias, Time(beside.at, min(ends, default=None))
    if case.first_contact and case.reached_by:
        yield case.reached_by.alias, Time(case.first_contact.at, None)
    for named, following in pairwise([*case.assignments, None]):
        if named and case.first_contact and named.at > case.first_contact.at:
            yield named.person.alias, Time(named.at, following.at if following else None)


def _whole(session: Session, case: Case) -> list[Case]:
    """The case it goes on as part of, and all that do: whoever has one has them all."""
    goes_on = that_goes_on(session, case)
    return [goes_on, *joined_into(session, goes_on)]


def _related(session: Session, whole: list[Case]) -> Iterator[Case]:
    """Besides, the cases that these go on from, closed earlier: the same person's."""
    for one in whole:
        known: Case | None = one
        while known:
            yield known
            known = session.get(Case, known.continues_id) if known.continues_id else None
