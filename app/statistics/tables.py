"""Which tables there are: these, and no others that somebody could put together. A new one is one more entry.

Every request is counted once in each table: the day it began, as it stood when its month was counted. The order of a
table's groups is part of the rules of suppression: where a number must be given up to protect others, it is that of
the first group that is large enough, so the usual group comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.cases.breaches import BREACH_REASONS
from app.cases.facts import ROLES
from app.statistics.keys import SEALED, Key, band_of_day, day_of_week, known_language


@dataclass(frozen=True)
class Kind:
    """A table: what it groups by, and how many requests a span of it holds at least.

    `within`: a table and one of its groups, whose requests are divided here. `bands`: groups that follow one another.
    """

    name: str
    groups: tuple[str, ...]
    """None: they are the districts of the city's knowledge on the day of the count."""

    key: Key
    at_least: int = 30
    within: tuple[str, str] | None = None
    bands: tuple[str, ...] = ()
    crosses: bool = False
    """Whether it divides each group of one table by another: told of a span only when none of its groups is few."""

    beside: tuple[tuple[str, str], ...] = ()
    """Groups of other tables whose sums a crossing gives away: it is told only where their numbers are told already."""

    @property
    def sums(self) -> Sequence[tuple[str, ...]]:
        """The groups of a crossing that are together one group of a table it crosses."""
        named = [(group, group.split(".")) for group in self.groups if self.crosses]
        sides = sorted({(place, side) for _, sides in named for place, side in enumerate(sides)})
        return [tuple(group for group, sides in named if sides[place] == side) for place, side in sides]

    @property
    def is_sealed(self) -> bool:
        """Whether somebody who may open what was said has to count it."""
        return self.key is SEALED


def _by_gender(*how: str, besides: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (*besides, *(f"{gender}.{each}" for gender in ("others", "woman") for each in how))


_BEGUN: Final = ("screening", "begun")
"""Only of those whose screening began is any of it known; that it did not would else bound what is not known."""

_WOMEN: Final = ("gender", "woman")
_ASKED: Final = (_WOMEN, ("asked", "asked_all"))
_ROUTES: Final = (_WOMEN, ("route", "route_none"), ("route", "route_other"))
_CONTACT: Final = (_WOMEN, _BEGUN, ("first_contact", "within_1h"), ("first_contact", "within_6h"))

REQUESTS: Final = Kind("requests", ("all",), Key("anything"), at_least=0)

_SILENT = ("silent_call", "abandoned_call", "wrong_number", "test_call")


def _part(name: str, *groups: str, beside: tuple[tuple[str, str], ...] = ()) -> Kind:
    return Kind(name, groups, SEALED, at_least=0, within=_BEGUN, crosses=bool(beside), beside=beside)


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
        beside=(("first_contact", "late"),),
    ),
    Kind("channel", ("phone", "form", "sms", "by_hand"), Key("channel")),
    Kind("language", ("sv", "en", "ar", "so", "other"), Key("language", known_language)),
    Kind("time_of_day", ("day", "evening", "night"), Key("hour", band_of_day)),
    Kind("day_of_week", ("weekday", "weekend"), Key("hour", day_of_week)),
    Kind("outcome", ("other", "handed_over", "advice"), Key("outcome")),
    Kind("breach", (*BREACH_REASONS, "unexplained"), Key("reason"), at_least=0, within=("first_contact", "late")),
    Kind("no_case", _SILENT, Key("closure"), at_least=0, within=("first_contact", "nobody")),
    Kind("screening", ("not_begun", "begun"), SEALED),
    _part("gender", "man", "woman", "gender_other", "gender_unknown"),
    _part("age_band", "from_30", "from_21", "from_18", "under_18", "age_unknown"),
    _part("district"),
    _part("route", "route_none", "route_other", "route_local", "route_sig", "route_central"),
    _part("asked", "asked_all", "not_all"),
    _part("screening_by_gender", *_by_gender("asked", "not_asked"), beside=_ASKED),
    _part("route_by_gender", *_by_gender("programme", "no_programme"), beside=_ROUTES),
    Kind(
        "contact_by_gender",
        _by_gender("soon", "later", besides=("not_begun.soon", "not_begun.later")),
        SEALED,
        crosses=True,
        beside=_CONTACT,
    ),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}

NO_DISTRICT: Final = ("district_unknown", "elsewhere")

EQUALITY: Final = ("gender", "screening_by_gender", "contact_by_gender", "route_by_gender")
"""The report on equality (domain.md D1, F10), for a year: who was asked what, reached how soon and shown which way on.

Women beside all others whose screening began: were men and those of another gender told apart, some cell would nearly
always be few, and nothing could be told of anybody."""

SILENT: Final = _SILENT
"""How a request ends that nobody was behind, so that nobody could be in contact."""


def whole() -> Iterable[Kind]:
    """The tables of all requests, beside the one that says how many there are."""
    return (kind for kind in _ALL if kind is not REQUESTS and not kind.within)


def counted_at_once() -> Iterable[Kind]:
    """The tables that the database can count by itself."""
    return (kind for kind in _ALL if not kind.is_sealed)


def in_order(groups: Iterable[str]) -> list[str]:
    """The groups of a table that names none itself: those that are no district of the city's come first."""
    return sorted(groups, key=lambda group: (group not in NO_DISTRICT, group))


def parts_of(name: str) -> Iterable[Kind]:
    """The tables that divide a group of this one."""
    return (kind for kind in _ALL if kind.within and kind.within[0] == name)
