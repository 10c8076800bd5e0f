"""A month is counted once, when it is over and settled, in full and at one moment, and what was counted waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.statistics.counting import count, first_month, soon_or_not
from app.statistics.models import CountedMonth, ToOpen, Unopened, Waiting
from app.statistics.months import after, is_settled
from app.statistics.tables import Kind, counted_at_once

LAST_COUNTED: Final = select(func.max(CountedMonth.month))


def to_count(session: Session, zone: ZoneInfo, at: datetime) -> Iterator[str]:
    """Every month that is over and settled and was not counted yet."""
    last = session.scalar(LAST_COUNTED)
    month = after(last) if last else first_month(session, zone)
    while month and is_settled(month, zone, at):
        yield month
        month = after(month)


def count_month(session: Session, month: str, zone: ZoneInfo, *, by: str, at: datetime) -> None:
    """Count a month for every table whose facts lie open, and say whose are left to be opened (`sealed.py`)."""
    session.add(CountedMonth(month=month, at=at, by=by))
    session.flush()
    for kind in counted_at_once():
        keep(session, month, kind, count(session, kind, [month], zone))
    soon = soon_or_not(session, month, zone)
    session.add(ToOpen(month=month, requests=len(soon), soon=sum(soon.values())))
    session.flush()
    session.add_all(Unopened(month=month, case_id=case_id, soon=is_soon) for case_id, is_soon in soon.items())


def keep(session: Session, month: str, kind: Kind, counted: Mapping[str, int]) -> None:
    """What was counted of a month waits until its table is told of."""
    session.add_all(Waiting(month=month, table_name=kind.name, group=group, count=counted[group]) for group in counted)
