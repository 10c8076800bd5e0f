"""Who is rung in the days to come, as far as the roster knows it now. Pure: no clock, no database.

It is what `duty` would answer at each of those moments if nobody changed anything until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from app.oncall import roster
from app.programme.fields import Tier


@dataclass(frozen=True)
class Turn:
    """A time in which the same people are rung in the same order: on call, backup, standing chain, each once."""

    starts: datetime
    ends: datetime
    order: tuple[str, ...]
    """Aliases."""


def turns(
    rota: roster.Rota, chain: Sequence[str], here: Iterable[str], *, start: datetime, end: datetime
) -> list[Turn]:
    """The time from `start` to `end` without a hole in it, cut wherever others are rung.

    `chain`: the standing chain. `here`: everybody who works here; nobody else is in any order.
    """
    staff, found = frozenset(here), list[Turn]()
    for since, ends in pairwise(_edges(rota, start, end)):
        turn = Turn(since, ends, _order(rota, chain, staff, since))
        if found and found[-1].order == turn.order:
            found[-1] = replace(found[-1], ends=ends)
        else:
            found.append(turn)
    return found


def _edges(rota: roster.Rota, start: datetime, end: datetime) -> list[datetime]:
    """Every moment at which somebody else may be on duty or away, with both ends."""
    edges = {start, end}
    for tier in Tier:
        edges.update(stretch.starts for stretch in roster.stretches(rota, tier, start=start, end=end))
    for absence in rota.absences:
        edges.update(edge for edge in (absence.starts, absence.ends) if start < edge < end)
    return sorted(edges)


def _order(rota: roster.Rota, chain: Sequence[str], staff: frozenset[str], at: datetime) -> tuple[str, ...]:
    gone = roster.away(rota, at=at)
    on_duty = [alias for tier in Tier for alias in roster.holders(rota, tier, at=at) if alias in staff]
    behind = [alias for alias in chain if alias in staff]
    return tuple(dict.fromkeys([*on_duty, *([alias for alias in behind if alias not in gone] or behind)]))
