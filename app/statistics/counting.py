"""The requests of a month, counted by the database: a row for each value, however many cases there are.

A canary is nobody's request, and a case that goes on as part of an older one was counted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.breaches import Breach, BreachReason
from app.cases.facts import Approach, Closure, FirstContact, Join
from app.cases.models import Case
from app.cases.queries import is_canary
from app.statistics.months import after, begins
from app.statistics.tables import KINDS, SILENT, Kind

_HOUR: Final = 3600
_SOON: Final = ("within_1h", "within_6h")
_NEAR_MISS: Final = 4 * _HOUR
"""Contact in the last hours before it was due: in time, and only just."""


def first_month(session: Session, zone: ZoneInfo) -> str | None:
    """The month of the first request of all."""
    earliest = session.scalar(select(func.min(Case.opened_at)).where(~is_canary()))
    return f"{earliest.astimezone(zone):%Y-%m}" if earliest else None


def count(session: Session, kind: Kind, months: Iterable[str], zone: ZoneInfo) -> dict[str, int]:
    """How many requests that began in these months are in each group of a table, in its order."""
    found: Counter[str] = Counter()
    for month in months:
        for value, number in session.execute(_counted(session, kind, month, zone)):
            found[kind.key.group(str(value), zone)] += number
    return {group: found[group] for group in kind.groups}


def soon_or_not(session: Session, month: str, zone: ZoneInfo) -> dict[str, bool]:
    """The cases whose requests began in a month, and whether contact with each came within six hours."""
    found = session.execute(_of_month(select(Case.id, _first_contact(session)), month, zone))
    return {case_id: how in _SOON for case_id, how in found}


def _counted(session: Session, kind: Kind, month: str, zone: ZoneInfo) -> Select[Any]:
    value = _value(session, kind).label("value")
    chosen = _of_month(select(value), month, zone)
    if kind.within:
        parent, group = kind.within
        chosen = chosen.where(_value(session, KINDS[parent]) == group)
    values = chosen.subquery()
    return select(values.c.value, func.count()).group_by(values.c.value)


def _of_month(chosen: Select[Any], month: str, zone: ZoneInfo) -> Select[Any]:
    return (
        chosen.select_from(Case)
        .outerjoin(FirstContact, FirstContact.case_id == Case.id)
        .outerjoin(Closure, Closure.case_id == Case.id)
        .where(Case.opened_at >= begins(month, zone), Case.opened_at < begins(after(month), zone))
        .where(~is_canary(), ~exists().where(Join.case_id == Case.id))
    )


def _value(session: Session, kind: Kind) -> Any:
    """What a table groups by, in SQL."""
    return _VALUES[kind.key.column](session)


def _first_approach(column: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    theirs = select(column).where(Approach.case_id == Case.id).order_by(Approach.at, Approach.id).limit(1)
    return theirs.correlate(Case).scalar_subquery()


def _last_reason() -> ColumnElement[Any]:
    said = select(BreachReason.code).where(BreachReason.case_id == Case.id).order_by(BreachReason.at.desc()).limit(1)
    return said.correlate(Case).scalar_subquery()


def _first_contact(session: Session) -> ColumnElement[Any]:
    passed = _seconds(session, Case.opened_at, FirstContact.at)
    left = _seconds(session, FirstContact.at, Case.due_at)
    nobody = FirstContact.at.is_(None) & Closure.code.in_(SILENT)
    broken = exists().where(Breach.case_id == Case.id)  # told too late of a contact in time
    return case(
        (nobody, "nobody"),
        (FirstContact.at.is_(None) | (FirstContact.at >= Case.due_at) | broken, "late"),
        (left < _NEAR_MISS, "near_miss"),
        (passed < _HOUR, "within_1h"),
        (passed < 6 * _HOUR, "within_6h"),
        else_="in_good_time",
    )


def _seconds(session: Session, begin: InstrumentedAttribute[datetime], end: InstrumentedAttribute[datetime]) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(begin)) * 86400
    return func.extract("epoch", end - begin)


def _hour(session: Session, moment: InstrumentedAttribute[datetime]) -> ColumnElement[Any]:
    """The hour in UTC, as `2026-01-05 08`."""
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H", moment)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")


_VALUES: Final[Mapping[str, Callable[[Session], Any]]] = {
    "anything": lambda _: literal("all"),
    "first_contact": _first_contact,
    "role": lambda _: _first_approach(Approach.role),
    "role_in_time": lambda session: _first_approach(Approach.role).concat(
        case((_first_contact(session) == "late", ".late"), else_=".in_time")
    ),
    "channel": lambda _: _first_approach(Approach.channel),
    "language": lambda _: _first_approach(Approach.language),
    "hour": lambda session: _hour(session, Case.opened_at),
    "outcome": lambda _: case((Closure.outcome.in_(("advice", "handed_over")), Closure.outcome), else_="other"),
    "reason": lambda _: func.coalesce(_last_reason(), "unexplained"),
    "closure": lambda _: Closure.code,
}
"""Each name that a table's key may have. A new kind of fact is one more line here, and one in `tables.py`."""
