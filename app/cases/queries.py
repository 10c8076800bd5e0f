"""Named reads: every question that is asked about cases, in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Select, String, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.breaches import Breach, BreachReason
from app.cases.canaries import Canary
from app.cases.endings import Ending
from app.cases.facts import Approach, Closure, Connection, FirstContact, Hold, Join
from app.cases.models import Case
from app.cases.returning import Mailbox, RepeatTag, ReturnCode
from app.errors import NoSuchPage
from app.journeys import Question, ask
from app.once import once


def closed() -> ColumnElement[bool]:
    """The case is over, by closing or by joining an older one."""
    return exists().where(Closure.case_id == Case.id) | exists().where(Join.case_id == Case.id)


def is_canary() -> ColumnElement[bool]:
    """Nobody called: the case was sent by ourselves."""
    return exists().where(Canary.case_id == Case.id)


def reached() -> ColumnElement[bool]:
    """First contact is made."""
    return exists().where(FirstContact.case_id == Case.id)


def held() -> ColumnElement[bool]:
    """Somebody has taken the case."""
    return exists().where(Hold.case_id == Case.id, Hold.released_at.is_(None))


def awaiting() -> Select[Case]:
    """Open cases whose clock still runs."""
    return select(Case).where(~closed(), ~reached())


_APPROACH_FROM = select(Approach.id).where(Approach.source == bindparam("source"))
_WITH_REFERENCE = select(Case.id).where(Case.reference == bindparam("reference"))
_TAGGED = awaiting().with_only_columns(Case.id).join(RepeatTag, RepeatTag.case_id == Case.id).order_by(Case.opened_at)
_WITH_TAG = _TAGGED.where(RepeatTag.full == bindparam("newest")).limit(1)
_WITH_EITHER_TAG = _TAGGED.where(
    or_(RepeatTag.full == bindparam("newest"), RepeatTag.full == bindparam("oldest"))
).limit(1)
# Asked while somebody waits: built once, and asked past the session, since nearly always there is nothing to load.


def whose_source(source: str) -> Question:
    """The id of the approach with this source."""
    return Question(_APPROACH_FROM, {"source": source})


def who_waits(tags: Sequence[bytes]) -> Question:
    """The id of the oldest case that waits for first contact and carries one of these full tags: one or two."""
    if len(tags) == 1:  # said as two that are the same, PostgreSQL would plan it anew for each caller
        return Question(_WITH_TAG, {"newest": tags[0]})
    return Question(_WITH_EITHER_TAG, {"newest": tags[0], "oldest": tags[1]})


def whose_reference(reference: str) -> Question:
    """The id of the case with this reference."""
    return Question(_WITH_REFERENCE, {"reference": reference})


def locked(session: Session, case_id: str) -> Case:
    """The case, locked for change until the transaction ends. Raises `NoSuchPage` when there is none."""
    case = session.scalar(_LOCKED, {"id": case_id})
    if case is None:
        raise NoSuchPage("There is no such case.")
    return case


def lock_in_one_order(session: Session, *references: str) -> None:
    """Lock those of these cases that there are, for everybody in the same order: of two who put the same two together,
    each naming the other first, one waits, and PostgreSQL turns neither away."""
    these = select(Case.id).where(Case.reference.in_(map(_as_written, references))).order_by(Case.id)
    session.execute(these.with_for_update(key_share=True))


def locked_if_free(session: Session, case_id: str) -> Case | None:
    """The case, locked for change, or None when somebody else is changing it at this moment."""
    return session.scalar(_LOCKED_IF_FREE, {"id": case_id})


def going_on(session: Session, case_id: str) -> Case:
    """The case, or the older one it goes on as part of; locked for change like `locked`."""
    case = locked(session, case_id)
    while case.join:
        case = locked(session, case.join.into_id)
    return case


_FRESH: Final = select(Case).where(Case.id == bindparam("id")).execution_options(populate_existing=True)
_LOCKED: Final = _FRESH.with_for_update(key_share=True)
_LOCKED_IF_FREE: Final = _FRESH.with_for_update(key_share=True, skip_locked=True)
"""Written out once: hardly anything is asked more often."""


def by_reference(session: Session, reference: str) -> Case | None:
    """The case with this reference, however it was typed."""
    written = _as_written(reference)
    if not written:
        return None
    ends = joinedload(Case.closure), joinedload(Case.join)  # asked about at once, whoever looks
    return session.scalar(select(Case).where(Case.reference == written).options(*ends))


def named(session: Session, reference: str) -> Case | None:
    """The case that is meant by this reference: one that was joined into another leads there."""
    case = by_reference(session, reference)
    return that_goes_on(session, case) if case else None


def _as_written(typed: str) -> str:
    """A reference as it stands in the database; empty when no case has such a one: PostgreSQL takes no NUL, not even to
    look for it."""
    written = typed.strip().upper()
    return written if written.isalnum() else ""


def approach_from(session: Session, source: str) -> Approach | None:
    """The approach with this source: the carrier's id of a call or text, or a form's own."""
    (found,) = ask(session, whose_source(source))
    return session.get_one(Approach, found) if found else None


def maybe_the_same(session: Session, case: Case) -> list[Case]:
    """Other cases whose eight-bit tag agrees with this one's: a hint, never a proof."""
    mine = select(RepeatTag.short).where(RepeatTag.case_id == case.id)
    others = select(RepeatTag.case_id).where(RepeatTag.short.in_(mine), RepeatTag.case_id != case.id)
    return list(session.scalars(select(Case).where(Case.id.in_(others), ~exists().where(Join.case_id == Case.id))))


def calls_by_ending(session: Session, *, since: datetime, at: datetime) -> Counter[Ending]:
    """How many calls that came in since a moment ended in each way, those still going on left out."""
    loaded = selectinload(Approach.moments), selectinload(Approach.connection).selectinload(Connection.end)
    calls = session.scalars(
        select(Approach).where(Approach.channel == "phone", Approach.at >= since, Approach.at <= at).options(*loaded)
    )
    return Counter(ending for call in calls if (ending := call.ended_as(at)))


def with_return_code(session: Session, *tags: str) -> Case | None:
    """The case whose caller was given the code with one of these tags: one for each key that made tags lately."""
    found = select(Case).join(ReturnCode, ReturnCode.case_id == Case.id).where(ReturnCode.tag.in_(tags))
    return session.scalar(found.order_by(ReturnCode.at.desc()).limit(1))


def mailboxes_at(session: Session, locator: int) -> list[Mailbox]:
    """The mailboxes a receipt's locator points at; nearly always none or one."""
    return list(session.scalars(select(Mailbox).where(Mailbox.locator == locator).order_by(Mailbox.made_at)))


@once
def joined_into(session: Session, case: Case) -> list[Case]:
    """Cases that go on as part of this one, also by way of another that does; the oldest first."""
    return list(session.scalars(_PARTS, {"whole": case.id}))


def whole_of(case_id: str | BindParameter[str]) -> Select[str]:
    """`ids_of_whole`, to be asked for within a question."""
    first = literal(case_id, String) if isinstance(case_id, str) else case_id
    whole = select(first.label("case_id")).cte("whole", recursive=True)
    return select(whole.union(select(Join.case_id).join(whole, Join.into_id == whole.c.case_id)).c.case_id)


_WHOLE: Final = bindparam("whole", type_=String())
_PARTS: Final = select(Case).where(Case.id.in_(whole_of(_WHOLE)), Case.id != _WHOLE).order_by(Case.opened_at, Case.id)
"""Asked at nearly every door of a case, and therefore written out once."""


def that_goes_on(session: Session, case: Case) -> Case:
    """The case, or the one it goes on as part of, also by way of another."""
    while case.join:
        case = session.get_one(Case, case.join.into_id)
    return case


def ids_of_whole(session: Session, case: Case) -> list[str]:
    """The ids of a case and of those that go on as part of it."""
    return [case.id, *(one.id for one in joined_into(session, case))]


def as_listed(session: Session, ids: Sequence[str]) -> list[Case]:
    """These cases in this order, with what a list shows of them, in a handful of questions however many."""
    return sorted(session.scalars(_listed(), {"ids": ids}), key=lambda case: ids.index(case.id))


@cache
def _listed() -> Select[Case]:
    """Cases with what a list shows of them: written out once, because that takes longer than to ask it."""
    in_a_row = joinedload(Case.doubt), joinedload(Case.closure), joinedload(Case.join), joinedload(Case.danger)
    beside = Case.holds, Case.assignments, Case.first_contact, Case.permissions, Case.attempts, Case.exclusions
    return (
        select(Case)
        .where(Case.id.in_(bindparam("ids", expanding=True)))
        .options(
            *in_a_row,
            *map(selectinload, (*beside, Case.co_handlings)),
            selectinload(Case.approaches).joinedload(Approach.connection),
            selectinload(Case.breach).selectinload(Breach.reasons),
        )
    )


def unexplained(session: Session) -> list[Case]:
    """Cases, open and closed, whose broken promise nobody has explained; the longest broken first."""
    said = exists().where(BreachReason.case_id == Breach.case_id)
    joined = exists().where(Join.case_id == Breach.case_id)
    ids = session.scalars(select(Breach.case_id).where(~said, ~joined).order_by(Breach.at)).all()
    found = session.scalars(select(Case).where(Case.id.in_(ids)).options(selectinload(Case.exclusions)))
    return sorted(found, key=lambda case: ids.index(case.id))


def count_waiting(session: Session) -> int:
    """Open cases that nobody has taken."""
    return _count(session, ~closed(), ~reached(), ~held())


def count_taken(session: Session) -> int:
    """Open cases that somebody has taken and nobody has reached."""
    return _count(session, ~closed(), ~reached(), held())


def count_reached(session: Session) -> int:
    """Open cases with first contact made."""
    return _count(session, ~closed(), reached())


def count_overdue(session: Session, at: datetime) -> int:
    """Open cases past their due moment without contact."""
    return _count(session, ~closed(), ~reached(), Case.due_at <= at)


def next_due(session: Session) -> datetime | None:
    """The due moment that comes first among the cases that await contact."""
    return session.scalar(select(func.min(Case.due_at)).where(~closed(), ~reached(), ~is_canary()))


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(~is_canary(), *conditions)) or 0
