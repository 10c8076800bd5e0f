"""The week ahead, looked at now: hours that nobody stands for, people that nothing reaches, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.oncall import roster
from app.oncall.duty import rota_of
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.directory import everyone
from app.staff.models import Person

AHEAD = timedelta(hours=168)

ENOUGH: Final = 2
"""So many of those on duty have to be reachable at any hour: one telephone in a pocket is a chance, not a promise."""

PhoneOf = Callable[[Session, Person], str | None]
"""The person's duty number, or None: `Directory.phone_of`."""

Week = Mapping[Tier, list[roster.Stretch]]


@dataclass(frozen=True)
class Finding:
    """Something that is missing. `serious`: for some hour nobody at all, or only the standing chain, would answer."""

    serious: bool
    what: str
    do: str


@dataclass(frozen=True)
class Thin:
    """A time in which fewer than two of those on call and backup can surely be reached; of how many, at worst."""

    starts: datetime
    ends: datetime
    fewest: int


def thin(week: Week, sound: Collection[str]) -> list[Thin]:
    """Those times, in order. `sound`: the aliases of everybody who can be reached as far as anybody can know. The
    standing chain is not counted: it is there for when the roster is empty, and that is what is found here."""
    found: list[Thin] = []
    for starts, ends in pairwise(sorted({edge for turns in week.values() for each in turns for edge in _edges(each)})):
        on_duty = {
            alias for turns in week.values() for each in turns if _covers(each, starts) for alias in each.holders
        }
        count = len(on_duty.intersection(sound))
        if count >= ENOUGH:
            continue
        if found and found[-1].ends == starts:
            found[-1] = Thin(found[-1].starts, ends, min(found[-1].fewest, count))
        else:
            found.append(Thin(starts, ends, count))
    return found


def _edges(stretch: roster.Stretch) -> tuple[datetime, datetime]:
    return stretch.starts, stretch.ends


def _covers(stretch: roster.Stretch, moment: datetime) -> bool:
    return stretch.starts <= moment < stretch.ends


def week_of(rota: roster.Rota, *, at: datetime) -> Week:
    """Who holds each tier in the next 168 hours."""
    return {tier: roster.stretches(rota, tier, start=at, end=at + AHEAD) for tier in Tier}


def findings(session: Session, phone_of: PhoneOf, *, at: datetime) -> list[Finding]:
    """What is missing in the next 168 hours, the serious first. Misconfigured when no programme is in force."""
    programme = current(session)
    rota = rota_of(session, programme, since=at)
    week = week_of(rota, at=at)
    reachable = {person.alias for person in everyone(session) if phone_of(session, person)}
    chain = programme.programme.standing_chain
    found = [
        *_chain_unreached(chain, reachable),
        *_gaps(week, rota.zone),
        *_unreached(week, chain, reachable),
        *_backing_up_themselves(week, rota.zone),
    ]
    return sorted(found, key=lambda finding: not finding.serious)


def _chain_unreached(chain: Sequence[str], reachable: set[str]) -> Iterator[Finding]:
    if reachable.isdisjoint(chain):
        yield Finding(
            serious=True,
            what="nobody in the standing chain has a phone: an empty roster would reach nobody",
            do="give one of them a phone in the programme file and apply it",
        )


def _gaps(week: Week, zone: ZoneInfo) -> Iterator[Finding]:
    for gap in (stretch for tier in Tier for stretch in week[tier] if not stretch.holders):
        yield Finding(
            serious=gap.tier == Tier.ON_CALL,
            what=f"nobody is {_duty(gap.tier)} from {_local(gap.starts, zone)} to {_local(gap.ends, zone)}",
            do=f'add a [[rotation]] with tier = "{gap.tier}" that has begun by then, and apply the programme file',
        )


def _unreached(week: Week, chain: Sequence[str], reachable: set[str]) -> Iterator[Finding]:
    on_call = {alias for stretch in week[Tier.ON_CALL] for alias in stretch.holders}
    backup = {alias for stretch in week[Tier.BACKUP] for alias in stretch.holders}
    for alias in sorted((on_call | backup).union(chain) - reachable):
        yield Finding(
            serious=alias in on_call,
            what=f"{alias} is in line this week and has no phone that can be rung",
            do=f"give {alias} a phone in the programme file, or take {alias} out of the line, and apply it",
        )


def _backing_up_themselves(week: Week, zone: ZoneInfo) -> Iterator[Finding]:
    for first, second in product(week[Tier.ON_CALL], week[Tier.BACKUP]):
        starts, ends = max(first.starts, second.starts), min(first.ends, second.ends)
        if starts < ends and first.holders and first.holders == second.holders:
            alias = first.holders[0]
            yield Finding(
                serious=False,
                what=f"{alias} is both on call and backup from {_local(starts, zone)} to {_local(ends, zone)}",
                do="let the members of the two rotations stand in different order",
            )


def _duty(tier: Tier) -> str:
    return {Tier.ON_CALL: "on call", Tier.BACKUP: "backup"}[tier]


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
