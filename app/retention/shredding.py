"""The deed: everything that belongs to a case is destroyed, but for what is on the list of what stays.

The grants go, and with them the only key that opens anything sealed to the case; the rows go too, so that not even
their number and size are left. What stays is what figures are counted from: moments, ways in, roles, languages and
outcome codes, under a pseudonym that nobody can follow back to a telephone or a letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.audit.impersonal import Plain
from app.cases.facts import Approach
from app.cases.models import Case
from app.cases.queries import ids_of_whole, locked
from app.db import Base
from app.notifications.models import Notification
from app.programme.durations import iso
from app.retention.classes import Verdict
from app.retention.models import Stone
from app.retention.rooms import insist_on_all

STAYS: Final = frozenset(
    {
        *("cases", "case_approaches", "case_first_contacts", "case_breaches", "case_breach_reasons"),
        *("case_closures", "case_joins", "case_canaries", "routing_advice_or_case", "notifications"),
        *("retention_holds", "retention_hold_words", "retention_receipts", "retention_batch_lines"),
        *("retention_details_gone", "retention_stones"),
    }
)
"""Tables whose rows about a forgotten case are left, made harmless by `blank`."""

_CASES: Final = Case.__tablename__


def forget(session: Session, case_id: str, verdict: Verdict, *, at: datetime, by: str, **facts: Plain) -> None:
    """Forget a case with everything that goes on as part of it, and say in the log by which rule and how much.

    Whoever calls has made sure that it is ripe. `facts`: who agreed. The entry holds no personal data.
    """
    case = locked(session, case_id)
    cases = ids_of_whole(session, case)
    session.flush()
    gone = destroy(session, cases)
    blank(session, cases)
    session.add_all([Stone(case_id=id_, name=verdict.name.value, at=at) for id_ in cases])
    told: dict[str, Plain] = {
        "keep": iso(verdict.rule.keep),
        "begins": verdict.rule.begins.value,
        "due_at": verdict.due_at.isoformat(),
        "cases": len(cases),
        "grants": gone["case_grants"],
        "rows": gone.total(),
        **facts,
    }
    session.expire_all()
    case.log("case.forgotten", by=by, at=at, because=verdict.name.value, **told)


def destroy(session: Session, cases: Sequence[str]) -> Counter[str]:
    """Delete whatever belongs to these cases and does not stay; how many rows of each table."""
    insist_on_all(session)
    gone: Counter[str] = Counter()
    belongs = belonging(cases)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in belongs and table.name not in STAYS:
            theirs = belongs[table.name]
            gone[table.name] = session.scalar(select(func.count()).select_from(table).where(theirs)) or 0
            session.execute(delete(table).where(theirs))
    return gone


def belonging(cases: Sequence[str]) -> Mapping[str, ColumnElement[bool]]:
    """Of each table in which a case can have rows, which rows are these cases': by foreign keys, however far away."""
    found: dict[str, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name != _CASES and (ways := _ways(table, cases, found)):
            found[table.name] = or_(*ways)
    return found


def _ways(table: Table, cases: Sequence[str], found: Mapping[str, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    ways: list[ColumnElement[bool]] = []
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        parent = key.column.table
        if parent.name == _CASES:
            ways.append(key.parent.in_(cases))
        elif parent is not table and parent.name in found:
            ways.append(key.parent.in_(select(key.column).where(found[parent.name])))
    return ways


def blank(session: Session, cases: Sequence[str]) -> None:
    """Take from what stays whatever could lead back: the carrier's ids, who typed it in, later approaches, pages."""
    for id_ in cases:
        theirs = select(Approach.id).where(Approach.case_id == id_).order_by(Approach.at, Approach.id)
        first = session.scalar(theirs.limit(1))
        session.execute(delete(Approach).where(Approach.case_id == id_, Approach.id != first))
    blank: dict[str, Any] = {"source": literal("forgotten.").concat(Approach.id), "entered_by": None, "withheld": False}
    session.execute(update(Approach).where(Approach.case_id.in_(cases)).values(blank))
    pages: dict[str, Any] = {"case_id": None, "step_id": None, "values": "{}", "carrier_ref": None}
    session.execute(update(Notification).where(Notification.case_id.in_(cases)).values(pages))
    session.execute(update(Case).where(Case.continues_id.in_(cases)).values(continues_id=None))
    session.execute(update(Case).where(Case.id.in_(cases)).values(continues_id=None, public_key=b""))
