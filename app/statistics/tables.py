"""Which tables there are: these, and no others that somebody could put together. A new one is one more entry.

Every request is counted once in each table: the day it began, as it stood when its month was counted. The order of a
table's groups is part of the rules of suppression: where a number must be given up to protect others, it is that of
the first group that is large enough, so the usual group comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.cases.breaches import BREACH_REASONS
from app.cases.facts import ROLES
from app.statistics.keys import Key, band_of_day, day_of_week, known_language


@dataclass(frozen=True)
class Kind:
    """A table: what it groups by, and how many requests a span of it holds at least.

    `within`: a table and one of its groups, whose requests are divided here. `bands`: groups that follow one another.
    """

    name: str
    groups: tuple[str, ...]
    key: Key
    at_least: int = 30
    within: tuple[str, str] | None = None
    bands: tuple[str, ...] = ()
    crosses: bool = False
    """Whether it divides each group of one table by another: told of a span only when none of its groups is few."""


REQUESTS: Final = Kind("requests", ("all",), Key("anything"), at_least=0)

_SILENT = ("silent_call", "abandoned_call", "wrong_number", "test_call")

_ALL: Final = (
    REQUESTS,
    Kind(
        "first_contact",
        ("within_1h", "within_6h", "in_good_time", "near_miss", "nobody", "late"),
        Key("first_contact"),
        bands=("within_1h", "within_6h", "in_good_time", "near_miss"),
    ),
    Kind("role", ROLES, Key("role")),
    Kind(
        "role_in_time",
        tuple(f"{role}.{how}" for role in ROLES for how in ("in_time", "late")),
        Key("role_in_time"),
        crosses=True,
    ),
    Kind("channel", ("phone", "form", "sms", "by_hand"), Key("channel")),
    Kind("language", ("sv", "en", "ar", "so", "other"), Key("language", known_language)),
    Kind("time_of_day", ("day", "evening", "night"), Key("hour", band_of_day)),
    Kind("day_of_week", ("weekday", "weekend"), Key("hour", day_of_week)),
    Kind("outcome", ("other", "handed_over", "advice"), Key("outcome")),
    Kind("breach", (*BREACH_REASONS, "unexplained"), Key("reason"), at_least=0, within=("first_contact", "late")),
    Kind("no_case", _SILENT, Key("closure"), at_least=0, within=("first_contact", "nobody")),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}

AWAITED: Final = ("gender", "age_band", "district", "route", "screening")
"""Tables of domain.md F1 and F10 for which there are no facts yet. Each becomes an entry above."""

SILENT: Final = _SILENT
"""How a request ends that nobody was behind, so that nobody could be in contact."""


def whole() -> Iterable[Kind]:
    """The tables of all requests, beside the one that says how many there are."""
    return (kind for kind in _ALL if kind is not REQUESTS and not kind.within)


def parts_of(name: str) -> Iterable[Kind]:
    """The tables that divide a group of this one."""
    return (kind for kind in _ALL if kind.within and kind.within[0] == name)
