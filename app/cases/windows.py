"""The stretches of time in which a person may be sought: which one a moment lies in, and when the next begins. Pure.

A part of the day is one stretch; weekdays and times of the person's own cut it into shorter ones. On the nights the
clocks change a stretch is an hour shorter or longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from app.cases.permissions import SPANS, Hours, Only, within

_A_WEEK: Final = range(-1, 9)
"""Days to look at, from yesterday: the next stretch of any weekday is among them."""

_HALF_AN_HOUR: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Window:
    """One stretch of safe hours. Both ends in UTC, the second not included."""

    starts: datetime
    ends: datetime


def window(hours: Hours, local: datetime, only: Only | None = None) -> Window:
    """The stretch of these hours that a moment lies in; a day, from midnight to midnight, for `any`.

    Meaningless for a moment outside the hours.
    """
    if only:
        return next(one for one in _stretches(hours, only, local) if one.starts <= local.astimezone(UTC) < one.ends)
    starts, ends = SPANS[hours]
    first = local.date()
    over_midnight = starts >= ends
    if over_midnight and local.time() < ends:
        first -= timedelta(days=1)
    last = first + timedelta(days=1) if over_midnight else first
    return Window(_on_the_wall(first, starts, local), _on_the_wall(last, ends, local))


def opens(hours: Hours, local: datetime, only: Only | None = None) -> datetime | None:
    """The moment (UTC) from which these hours next hold: this one, if they do already. None when they never do."""
    at = local.astimezone(UTC)
    if within(hours, local, only):
        return at
    if only:
        return next((one.starts for one in _stretches(hours, only, local) if one.starts > at), None)
    starts, _ = SPANS[hours]
    today = _on_the_wall(local.date(), starts, local)
    return today if today > at else _on_the_wall(local.date() + timedelta(days=1), starts, local)


def _stretches(hours: Hours, only: Only, local: datetime) -> Iterator[Window]:
    """Every stretch of about a week, in order. Hours over midnight make one; with `any` each day is its own."""
    begun: datetime | None = None
    for edge, following in pairwise(_edges(hours, only, local)):
        is_open = within(hours, edge.astimezone(local.tzinfo), only)
        if is_open and begun is None:
            begun = edge
        goes_on = is_open and within(hours, following.astimezone(local.tzinfo), only)
        if begun and not (goes_on and not _is_a_days_end(hours, following, local)):
            yield Window(begun, following)
            begun = None


def _edges(hours: Hours, only: Only, local: datetime) -> list[datetime]:
    """Whenever anything can change, in UTC: between two of them it is safe throughout, or not at all.

    Every half hour is among them: clocks are changed at one, and what they show once more begins again.
    """
    clocks = {*SPANS[hours], only.starts, only.ends}
    days = [local.date() + timedelta(days=away) for away in _A_WEEK]
    shown = {_on_the_wall(day, clock, local, again=again) for day in days for clock in clocks for again in (0, 1)}
    first = _on_the_wall(days[0], time(0), local)
    return sorted(shown.union(first + _HALF_AN_HOUR * nth for nth in range(48 * len(days))))


def _is_a_days_end(hours: Hours, edge: datetime, local: datetime) -> bool:
    return hours is Hours.ANY and edge.astimezone(local.tzinfo).time() == time(0)


def _on_the_wall(day: date, clock: time, local: datetime, *, again: int = 0) -> datetime:
    """When the clocks there show this, the first time if they show it twice. In UTC, so that it can be compared."""
    return datetime.combine(day, clock, local.tzinfo).replace(fold=again).astimezone(UTC)
