"""The turns of a rotation, in local wall time. Pure: no clock, no database.

Turns are counted from the rotation's `starts`: a week's turn that began on Monday at 08:00 ends on Monday at 08:00,
also when the night between had 23 or 25 hours. A hand-over happens the first moment the clock on the wall shows its
time or a later one: once, when an hour comes twice; at the jump, when its hour is left out.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.programme.schema import Rotation


def line_at(rotation: Rotation, zone: ZoneInfo, at: datetime) -> tuple[str, ...]:
    """The rotation's members from whose turn it is; nobody before the first turn."""
    turn = turn_at(rotation, zone, at)
    first = turn % len(rotation.members)
    return (*rotation.members[first:], *rotation.members[:first]) if turn >= 0 else ()


def turn_at(rotation: Rotation, zone: ZoneInfo, at: datetime) -> int:
    """The number of the turn that is on, from zero; negative before the first."""
    turn = (_wall(at, zone) - rotation.starts) // rotation.turn
    # While an hour is shown twice the wall runs behind the turns that have begun.
    while begins(rotation, zone, turn + 1) <= at:
        turn += 1
    return turn


def begins(rotation: Rotation, zone: ZoneInfo, turn: int) -> datetime:
    """When the turn with this number begins."""
    return instant(rotation.starts + turn * rotation.turn, zone)


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
