"""Who holds a tier at an instant, worked out from the rotations and what people changed. Pure: no clock, no database.

When a rotation's turns change hands stands in `turns.py`. Instants are aware and in UTC, and an interval holds its
beginning but not its end.

On top of the turns come stand-ins, then swaps, then absences: whoever is away is passed over, and the turn goes
to the next in the rotation who is not. A stand-in is put in over the swaps that were there: what they gave away before
was another turn. Nobody becomes their own backup by stepping in for somebody who is away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

from app.oncall.turns import begins, line_at, turn_at
from app.programme.fields import Tier
from app.programme.schema import Rotation


@dataclass(frozen=True)
class StandIn:
    """Somebody who holds a tier alone for a while, whatever the rotations say. Of two, the one made later counts."""

    tier: Tier
    alias: str
    starts: datetime
    ends: datetime
    made_at: datetime


@dataclass(frozen=True)
class Swap:
    """The taker holds the tier wherever the giver would have. Swaps are applied in the order they were taken."""

    tier: Tier
    giver: str
    taker: str
    starts: datetime
    ends: datetime
    taken_at: datetime


@dataclass(frozen=True)
class Absence:
    """Somebody holds nothing for a while."""

    alias: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Stretch:
    """A time in which a tier is held by the same people throughout; a gap when they are none."""

    tier: Tier
    starts: datetime
    ends: datetime
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Rota:
    """Everything that decides who is on duty."""

    zone: ZoneInfo
    rotations: tuple[Rotation, ...]
    stand_ins: tuple[StandIn, ...] = ()
    swaps: tuple[Swap, ...] = ()
    absences: tuple[Absence, ...] = ()


def holders(rota: Rota, tier: Tier, *, at: datetime) -> tuple[str, ...]:
    """Who holds the tier, each once: the stand-in, else one from every rotation of the tier, in the file's order."""
    gone = away(rota, at=at)
    busy = _stepping_in(rota, gone, at) if tier == Tier.BACKUP and gone else frozenset()
    return _holders(rota, tier, gone, busy, at)


def away(rota: Rota, *, at: datetime) -> frozenset[str]:
    """Who holds nothing now."""
    return frozenset(absence.alias for absence in rota.absences if absence.starts <= at < absence.ends)


def on_duty(rota: Rota, tier: Tier, *, at: datetime) -> str | None:
    """Who is rung first in the tier, or None when nobody holds it."""
    return next(iter(holders(rota, tier, at=at)), None)


def next_change(rota: Rota, tier: Tier, *, at: datetime) -> datetime | None:
    """The first instant after `at` when others hold the tier than then, or None when it stays so for ever."""
    now = holders(rota, tier, at=at)
    handovers = _handovers(rota, tier, at, _settled(rota, tier, at))
    return next((moment for moment in handovers if holders(rota, tier, at=moment) != now), None)


def unchanged_until(rota: Rota, *, at: datetime, most: timedelta) -> datetime:
    """The first instant after `at` when somebody else may be on duty or away, at the `most` so long after it."""
    handovers = chain.from_iterable(_handovers(rota, tier, at, at + most) for tier in Tier)
    return min(handovers, default=at + most)


def stretches(rota: Rota, tier: Tier, *, start: datetime, end: datetime) -> list[Stretch]:
    """The time from `start` to `end`, cut wherever others take over."""
    found: list[Stretch] = []
    edges = [start, *_handovers(rota, tier, start, end), end]
    for since, ends in pairwise(edges):
        held_by = holders(rota, tier, at=since)
        if found and found[-1].holders == held_by:
            found[-1] = replace(found[-1], ends=ends)
        elif since < ends:
            found.append(Stretch(tier, since, ends, held_by))
    return found


def holds_throughout(rota: Rota, tier: Tier, alias: str, *, start: datetime, end: datetime) -> bool:
    """Whether they hold the tier, alone or with others, at every moment from `start` to `end`."""
    return start < end and all(alias in each.holders for each in stretches(rota, tier, start=start, end=end))


def off_duty_at(rota: Rota, alias: str, *, at: datetime, end: datetime) -> datetime | None:
    """When somebody who is on duty at `at`, in whatever tier, first is in none; None when they are not on duty then, or
    still are at `end`."""
    mine = (turn for tier in Tier for turn in stretches(rota, tier, start=at, end=end) if alias in turn.holders)
    until = at
    for turn in sorted(mine, key=lambda turn: turn.starts):
        if turn.starts <= until:
            until = max(until, turn.ends)
    return until if at < until < end else None


def gaps(rota: Rota, tier: Tier, *, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches from `start` to `end` in which nobody holds the tier."""
    return [stretch for stretch in stretches(rota, tier, start=start, end=end) if not stretch.holders]


def _of(rota: Rota, tier: Tier) -> Sequence[Rotation]:
    return [rotation for rotation in rota.rotations if rotation.tier == tier]


def _holders(rota: Rota, tier: Tier, gone: AbstractSet[str], busy: AbstractSet[str], at: datetime) -> tuple[str, ...]:
    named = [s for s in rota.stand_ins if s.tier == tier and s.starts <= at < s.ends]
    for stand_in in sorted(named, key=lambda s: s.made_at, reverse=True):
        if alias := _present(rota, tier, (stand_in.alias,), gone, at, since=stand_in.made_at):
            return (alias,)
    lines = (line_at(rotation, rota.zone, at) for rotation in _of(rota, tier))
    return tuple(dict.fromkeys(filter(None, (_present(rota, tier, line, gone | busy, at) for line in lines))))


def _present(
    rota: Rota, tier: Tier, line: Sequence[str], gone: AbstractSet[str], at: datetime, *, since: datetime | None = None
) -> str | None:
    """The first in line who is there; whoever gave their turn away, `since` then, comes after everybody else."""
    swapped = (_swapped(rota, tier, alias, at, since) for alias in line)
    return next((alias for alias in chain(swapped, line) if alias not in gone), None)


def _swapped(rota: Rota, tier: Tier, alias: str, at: datetime, since: datetime | None) -> str:
    mine = (swap for swap in rota.swaps if swap.tier == tier and swap.starts <= at < swap.ends)
    counted = (swap for swap in mine if since is None or swap.taken_at >= since)
    for swap in sorted(counted, key=lambda swap: swap.taken_at):
        alias = swap.taker if swap.giver == alias else alias
    return alias


def _stepping_in(rota: Rota, gone: AbstractSet[str], at: datetime) -> frozenset[str]:
    """Who is on call only because somebody else is away."""
    usual = _holders(rota, Tier.ON_CALL, frozenset(), frozenset(), at)
    return frozenset(_holders(rota, Tier.ON_CALL, gone, frozenset(), at)).difference(usual)


def _handovers(rota: Rota, tier: Tier, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant between `start` and `end`, both left out, at which somebody else may hold the tier."""
    tiers = frozenset(Tier if rota.absences else [tier])  # who is away on call may leave the backup empty
    moments = _edges(rota, tiers)
    for rotation in (rotation for each in tiers for rotation in _of(rota, each)):
        turn = max(turn_at(rotation, rota.zone, start) + 1, 0)
        while (moment := begins(rotation, rota.zone, turn)) < end:
            moments.add(moment)
            turn += 1
    return iter(sorted(moment for moment in moments if start < moment < end))


def _edges(rota: Rota, tiers: AbstractSet[Tier]) -> set[datetime]:
    """The beginnings and ends of what people changed."""
    spans = [(absence.starts, absence.ends) for absence in rota.absences]
    spans += [(stand_in.starts, stand_in.ends) for stand_in in rota.stand_ins if stand_in.tier in tiers]
    spans += [(swap.starts, swap.ends) for swap in rota.swaps if swap.tier in tiers]
    return set(chain.from_iterable(spans))


def _settled(rota: Rota, tier: Tier, at: datetime) -> datetime:
    """When everything that happens once has happened and each rotation has gone round: after it nothing is new."""
    once = [at, *_edges(rota, frozenset(Tier)), *(begins(rotation, rota.zone, 0) for rotation in _of(rota, tier))]
    rounds = [rotation.turn * len(rotation.members) for rotation in _of(rota, tier)]
    return max(once) + max(rounds, default=timedelta()) + timedelta(days=2)
