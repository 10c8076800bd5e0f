"""From what the database groups by to a group of a table. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_LANGUAGES: Final = frozenset({"sv", "en", "ar", "so"})
_SATURDAY: Final = 5
_MORNING, _EVENING, _NIGHT = 6, 18, 22


def as_it_is(value: str, _zone: ZoneInfo) -> str:
    """The database's own word."""
    return value


@dataclass(frozen=True)
class Key:
    """What the cases are grouped by, by its name in `counting.py`, and which group a value belongs to."""

    column: str
    group: Callable[[str, ZoneInfo], str] = as_it_is


SEALED: Final = Key("sealed")
"""What the database cannot group by, because it cannot read it: `screened.py` says which group a request is in."""


def known_language(value: str, _zone: ZoneInfo) -> str:
    """One of the languages with a row of its own."""
    return value if value in _LANGUAGES else "other"


def band_of_day(hour: str, zone: ZoneInfo) -> str:
    """Day 06-18, evening 18-22, night 22-06, by the clock on the wall."""
    local = _local(hour, zone).hour
    if _MORNING <= local < _EVENING:
        return "day"
    return "evening" if _EVENING <= local < _NIGHT else "night"


def day_of_week(hour: str, zone: ZoneInfo) -> str:
    """Monday to Friday, or not."""
    return "weekday" if _local(hour, zone).weekday() < _SATURDAY else "weekend"


def _local(hour: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone)
