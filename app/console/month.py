"""A month of the roster, day by day, to be read on a telephone: who answers, and the hours that nobody stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.audit.log import record
from app.console.doors import ROSTER_ROLES, SignedIn, from_our_pages, only
from app.console.paper import paper_for
from app.console.roster_changes import OVERRIDERS
from app.console.site import ASite
from app.oncall.duty import rota_of
from app.oncall.roster import Rota, Stretch, stretches
from app.programme.apply import current
from app.programme.fields import Tier
from app.web import Now

router = APIRouter(prefix="/console/roster", dependencies=[Depends(from_our_pages)])

_TYPED: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Day:
    """One local day: of each tier, whoever holds it, piece by piece; `is_short` where somebody is missing."""

    date: date
    tiers: Mapping[Tier, Sequence[Stretch]]

    @property
    def is_short(self) -> bool:
        """Whether a tier has nobody for a part of it."""
        return any(not piece.holders for pieces in self.tiers.values() for piece in pieces)


@router.get("/month")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*ROSTER_ROLES)], of: str = "") -> Response:
    """The month that `of` names, as `2026-02`; anything else is the month it is."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*ROSTER_ROLES), action="roster.read")
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        zone = paper.times.zone
        first = _first_day(of, now.astimezone(zone).date())
        start, stop = _midnight(first, zone), _midnight(_next(first), zone)
        held = _held(rota_of(session, current(session), since=start), start, stop)
        return paper.show(
            "month",
            first=first,
            before=_next(first, -1),
            after=_next(first),
            days=list(_days(held, first, zone)),
            gaps=[gap for pieces in held.values() for gap in pieces if not gap.holders and gap.ends > now],
            today=now.astimezone(zone).date(),
            may_mend=who.may(*OVERRIDERS),
        )


def _held(rota: Rota, start: datetime, stop: datetime) -> dict[Tier, list[Stretch]]:
    return {tier: stretches(rota, tier, start=start, end=stop) for tier in Tier}


def _days(held: Mapping[Tier, Sequence[Stretch]], first: date, zone: ZoneInfo) -> Iterator[Day]:
    day = first
    while day.month == first.month:
        starts, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        yield Day(day, {tier: list(_within(pieces, starts, ends)) for tier, pieces in held.items()})
        day += timedelta(days=1)


def _within(pieces: Sequence[Stretch], starts: datetime, ends: datetime) -> Iterator[Stretch]:
    for piece in pieces:
        if piece.starts < ends and starts < piece.ends:
            yield Stretch(piece.tier, max(piece.starts, starts), min(piece.ends, ends), piece.holders)


def _first_day(typed: str, today: date) -> date:
    found = _TYPED.fullmatch(typed)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def _next(first: date, months: int = 1) -> date:
    return (first + timedelta(days=31 if months > 0 else -1)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
