"""Who holds a tier at an instant, worked out from the rotations and the overrides. Pure: no clock, no database.

A rotation's turns are counted in local wall time from its `starts`: a week's turn that began on Monday at
08:00 ends on Monday at 08:00, also when the night between had 23 or 25 hours. A hand-over happens the first
moment the clock on the wall shows its time or a later one: once, when an hour comes twice; at the jump,
when its hour is left out. Instants are aware and in UTC, and an interval holds its beginning but not its end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

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


def holders(rota: Rota, tier: Tier, *, at: datetime) -> tuple[str, ...]:
    """Who holds the tier, each once: the stand-in, else one from every rotation of the tier, in the file's order."""
    standing_in = [s for s in rota.stand_ins if s.tier == tier and s.starts <= at < s.ends]
    if standing_in:
        return (max(standing_in, key=lambda s: s.made_at).alias,)
    turns = (_member_at(rotation, rota.zone, at) for rotation in _of(rota, tier))
    return tuple(dict.fromkeys(alias for alias in turns if alias))


def on_duty(rota: Rota, tier: Tier, *, at: datetime) -> str | None:
    """Who is rung first in the tier, or None when nobody holds it."""
    return next(iter(holders(rota, tier, at=at)), None)


def next_change(rota: Rota, tier: Tier, *, at: datetime) -> datetime | None:
    """The first instant after `at` when others hold the tier than then, or None when it stays so for ever."""
    now = holders(rota, tier, at=at)
    handovers = _handovers(rota, tier, at, _settled(rota, tier, at))
    return next((moment for moment in handovers if holders(rota, tier, at=moment) != now), None)


def stretches(rota: Rota, tier: Tier, *, start: datetime, end: datetime) -> list[Stretch]:
    """The time from `start` to `end`, cut wherever others take over."""
    found: list[Stretch] = []
    edges = [start, *_handovers(rota, tier, start, end), end]
    for begins, ends in pairwise(edges):
        held_by = holders(rota, tier, at=begins)
        if found and found[-1].holders == held_by:
            found[-1] = replace(found[-1], ends=ends)
        elif begins < ends:
            found.append(Stretch(tier, begins, ends, held_by))
    return found


def gaps(rota: Rota, tier: Tier, *, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches from `start` to `end` in which nobody holds the tier."""
    return [stretch for stretch in stretches(rota, tier, start=start, end=end) if not stretch.holders]


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the clock on the wall in `zone` shows this time or a later one."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    before_jump = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((moment - before_jump).total_seconds()) + 1)
    jump = bisect_left(seconds, wall, key=lambda passed: _wall(before_jump + timedelta(seconds=passed), zone))
    return before_jump + timedelta(seconds=jump)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _of(rota: Rota, tier: Tier) -> Sequence[Rotation]:
    return [rotation for rotation in rota.rotations if rotation.tier == tier]


def _member_at(rotation: Rotation, zone: ZoneInfo, at: datetime) -> str | None:
    turn = _turn_at(rotation, zone, at)
    return rotation.members[turn % len(rotation.members)] if turn >= 0 else None


def _turn_at(rotation: Rotation, zone: ZoneInfo, at: datetime) -> int:
    """The number of the turn that is on, from zero; negative before the first."""
    turn = (_wall(at, zone) - rotation.starts) // rotation.turn
    # While an hour is shown twice the wall runs behind the turns that have begun.
    while _begins(rotation, zone, turn + 1) <= at:
        turn += 1
    return turn


def _begins(rotation: Rotation, zone: ZoneInfo, turn: int) -> datetime:
    return instant(rotation.starts + turn * rotation.turn, zone)


def _handovers(rota: Rota, tier: Tier, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant between `start` and `end`, both left out, at which a turn or a stand-in begins or ends."""
    moments = {edge for s in rota.stand_ins if s.tier == tier for edge in (s.starts, s.ends)}
    for rotation in _of(rota, tier):
        turn = max(_turn_at(rotation, rota.zone, start) + 1, 0)
        while (begins := _begins(rotation, rota.zone, turn)) < end:
            moments.add(begins)
            turn += 1
    return iter(sorted(moment for moment in moments if start < moment < end))


def _settled(rota: Rota, tier: Tier, at: datetime) -> datetime:
    """When everything that happens once has happened and each rotation has gone round: after it nothing is new."""
    once = [at, *(s.ends for s in rota.stand_ins if s.tier == tier)]
    once += [_begins(rotation, rota.zone, 0) for rotation in _of(rota, tier)]
    rounds = [rotation.turn * len(rotation.members) for rotation in _of(rota, tier)]
    return max(once) + max(rounds, default=timedelta()) + timedelta(days=2)
