"""May we contact this person, this way, at this hour? Pure; *not asked* means *no*.

Every outbound call or text to a person needs a recorded, unexpired permission for that channel and
hour (PRODUCT.md promise 6). Hours are the person's local time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final


class Hours(StrEnum):
    """The part of a day and night in which contact is safe."""

    ANY = "any"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


SPANS: Final = {
    Hours.ANY: (time(0), time(0)),
    Hours.DAY: (time(8), time(17)),
    Hours.EVENING: (time(17), time(22)),
    Hours.NIGHT: (time(22), time(8)),
}
"""When each part begins and ends, by the clocks on the wall."""


EVERY_DAY: Final = frozenset(range(1, 8))


@dataclass(frozen=True)
class Only:
    """Narrower than a part of the day: on these weekdays (1 is Monday), from one time until another.

    By the clocks on the wall; the same time twice is all day. A moment belongs to the day in which it lies: Monday's
    night ends at midnight.
    """

    days: frozenset[int] = EVERY_DAY
    starts: time = time(0)
    ends: time = time(0)

    def holds(self, local: datetime) -> bool:
        """Whether a local moment lies in it; the end is not included."""
        return local.isoweekday() in self.days and _between(self.starts, self.ends, local.time())


@dataclass(frozen=True)
class Wish:
    """What a person said about one way of contact: allowed or not, when, and for how long that holds."""

    channel: str
    allowed: bool
    hours: Hours
    said_at: datetime
    expires_at: datetime
    about: str | None = None
    """The row of the case's contents with the number it is about; None when no number was given."""

    only: Only | None = None
    """What narrows the hours, where the person said so."""


def within(hours: Hours, local: datetime, only: Only | None = None) -> bool:
    """Whether a local time of day lies in the safe hours; the end is not included."""
    return _between(*SPANS[hours], local.time()) and (only is None or only.holds(local))


def _between(starts: time, ends: time, clock: time) -> bool:
    if starts < ends:
        return starts <= clock < ends
    return clock >= starts or clock < ends


def may_contact(wishes: Iterable[Wish], channel: str, *, local: datetime) -> bool:
    """Whether the newest word about this channel allows contact now. Nothing said: no; two words at once: both must.

    `local` is an aware moment in the programme's time zone.
    """
    said = [wish for wish in wishes if wish.channel == channel and wish.said_at <= local]
    if not said:
        return False
    newest = max(wish.said_at for wish in said)
    return all(
        wish.allowed and local < wish.expires_at and within(wish.hours, local, wish.only)
        for wish in said
        if wish.said_at == newest
    )
