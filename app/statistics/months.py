"""Calendar months, in the programme's time zone, and how many of them make one span of a table. Pure.

A month is written `2026-11`: so they sort as they follow. A span is closed as soon as it holds enough requests, by
figures that everybody knows already: what is hidden has no say in where a span ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.errors import BadInput

SETTLES_AFTER: Final = timedelta(days=3)
"""How long after its end a month is counted: every clock that began in it has run out, and has been looked at."""

_LAST: Final = 12
_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")


@dataclass(frozen=True)
class Span:
    """Months that are told of together, and how many requests came in them."""

    since: str
    until: str
    total: int


def month_of(at: datetime, zone: ZoneInfo) -> str:
    """The month in which a moment lies."""
    return f"{at.astimezone(zone):%Y-%m}"


def after(month: str) -> str:
    """The next month."""
    year, number = map(int, month.split("-"))
    return f"{year + number // _LAST}-{number % _LAST + 1:02}"


def begins(month: str, zone: ZoneInfo) -> datetime:
    """Its first moment."""
    year, number = map(int, month.split("-"))
    return datetime(year, number, 1, tzinfo=zone)


def is_settled(month: str, zone: ZoneInfo, at: datetime) -> bool:
    """Whether it is over, and long enough that its figures stand."""
    return at >= begins(after(month), zone) + SETTLES_AFTER


def spans(parts: Iterable[Span], *, at_least: int) -> list[Span]:
    """The parts, in order, put together until each holds at least so many. What is left over waits for more."""
    made: list[Span] = []
    since, total = "", 0
    for part in parts:
        since, total = since or part.since, total + part.total
        if total >= at_least:
            made.append(Span(since, part.until, total))
            since, total = "", 0
    return made


def months_in(period: str) -> tuple[str, str]:
    """The first and last month of `2026-11`, `2026-Q4` or `2026`. BadInput for anything else."""
    found = _PERIOD.fullmatch(period)
    if not found:
        raise BadInput("A period is a month, a quarter or a year: 2026-11, 2026-Q4 or 2026.")
    year, month, quarter = found.groups()
    if month:
        return period, period
    if quarter:
        return f"{year}-{int(quarter) * 3 - 2:02}", f"{year}-{int(quarter) * 3:02}"
    return f"{year}-01", f"{year}-12"
