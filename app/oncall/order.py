"""In which order those are paged and rung who stand at the same step. Pure: no clock, no database.

An order, never a choice: nobody is left out and nothing waits. What the case would be best served by comes first (a
shared language, then what was wished for and what somebody is trained in), then who has been woken least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LOOKED_BACK: Final = timedelta(days=28)
"""How long a night with pages counts."""

_NIGHT_BEGINS, _NIGHT_ENDS = time(22), time(6)
_NOON: Final = time(12)


@dataclass(frozen=True)
class Gifts:
    """What the programme says somebody brings: languages, and tags such as `woman` or `relative`."""

    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a case would be best served by: the languages it was written or spoken in, and the tags that fit it."""

    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Load:
    """How much somebody has borne of late: nights in which they were paged, then pages."""

    nights: int = 0
    pages: int = 0


def in_order(
    eligible: Sequence[str], wanted: Wanted, *, gifts: Mapping[str, Gifts], loads: Mapping[str, Load]
) -> tuple[str, ...]:
    """The same aliases, the best placed first; among equals the order they came in."""

    def place(alias: str) -> tuple[bool, int, Load]:
        brought = gifts.get(alias, Gifts())
        understands = not wanted.languages or not wanted.languages.isdisjoint(brought.languages)
        return not understands, -len(wanted.tags.intersection(brought.tags)), loads.get(alias, Load())

    return tuple(sorted(eligible, key=place))


def load(pages: Iterable[datetime], zone: ZoneInfo) -> Load:
    """What these pages were for the one who got them. A night is counted once, by the date of its evening."""
    local = [page.astimezone(zone) for page in pages]
    nights = {
        (page - timedelta(days=1)).date() if page.time() < _NIGHT_ENDS else page.date()
        for page in local
        if page.time() < _NIGHT_ENDS or page.time() >= _NIGHT_BEGINS
    }
    return Load(nights=len(nights), pages=len(local))


def counted_until(at: datetime, zone: ZoneInfo) -> datetime:
    """The last noon: pages since then do not count yet, so that the order stays the same throughout a night."""
    local = at.astimezone(zone)
    noon = datetime.combine(local.date(), _NOON, zone)
    return noon if noon <= local else datetime.combine(local.date() - timedelta(days=1), _NOON, zone)
