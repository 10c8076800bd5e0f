"""When to raise the alarm: once for what has gone wrong, again while it lasts, and a word when it is over. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.watching.late import LATE_AFTER, Late, What

AGAIN_AFTER: Final = timedelta(minutes=15)
WELL_FOR: Final = timedelta(minutes=1)
"""All has to be well for so long before it is over, so that what comes and goes is one thing and not ten."""


class Deed(StrEnum):
    """What is to be done after a look."""

    NOTHING = "nothing"
    RAISE = "raise"
    END = "end"
    """It is over, and whoever was woken is told so."""

    FORGET = "forget"
    """It is over, and nobody was told that it began."""


@dataclass(frozen=True)
class Incident:
    """What is remembered from look to look: since when something is late, and when the chain was told of it last."""

    since: datetime | None = None
    told_at: datetime | None = None
    well_since: datetime | None = None
    unread_since: datetime | None = None
    """Since when the database cannot be read."""


def noted(before: Incident, late: list[Late] | None, *, at: datetime, speed: float) -> tuple[Incident, list[Late]]:
    """A look: what it found, or None when the database could not be read. That is late when it has lasted a minute."""
    if late is not None:
        return _dated(replace(before, unread_since=None), late, at), late
    unread = before.unread_since or at
    gone = [Late(What.DATABASE, by=at - unread)] if at - unread >= LATE_AFTER * speed or before.since else []
    if not gone:
        return replace(before, unread_since=unread), gone
    return _dated(replace(before, unread_since=unread), gone, at), gone


def judge(incident: Incident, late: list[Late], *, at: datetime, again: timedelta, speed: float) -> Deed:
    """What follows. An alarm that reached nobody has not been told: it is raised at the next look."""
    if late:
        return Deed.RAISE if incident.told_at is None or at - incident.told_at >= again * speed else Deed.NOTHING
    over = incident.since and incident.well_since and at - incident.well_since >= WELL_FOR * speed
    if not over:
        return Deed.NOTHING
    return Deed.END if incident.told_at else Deed.FORGET


def _dated(incident: Incident, late: list[Late], at: datetime) -> Incident:
    if late:
        return replace(incident, since=incident.since or at, well_since=None)
    return replace(incident, well_since=incident.well_since or at) if incident.since else incident
