"""May this person be called or texted now? Pure, and the only place that issues a `Permit`.

The rule (PRODUCT.md promise 6; `safety.md` sections 1 and 3): a word of the person's own that allows this
channel, not older than thirty days, within the hours they called safe, and not more often than the programme
allows. Whatever calls or texts a person takes a permit, and a permit cannot be made elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.cases.permissions import Hours, Wish, within
from app.cases.windows import Window, opens, window

ASKED_LONG_AGO: Final = timedelta(days=7)
"""From this age on a permission is still good, and should be asked about again (`safety.md` section 1)."""

TOO_LONG_AGO: Final = timedelta(days=30)
"""From this age on nothing follows from it any more, whatever its row says."""

HOLDS_FOR: Final = timedelta(minutes=1)
"""A permit is for now: who waits longer asks again."""

_ISSUED_HERE: Final = object()


@dataclass(frozen=True)
class Rules:
    """How often a person may be sought in vain: the programme's `[contact]` table."""

    attempts_per_window: int = 2
    spaced: timedelta = timedelta(minutes=15)


class Why(StrEnum):
    """Why not; each has its sentence in the console (`outreach.not_asked`)."""

    NOT_ASKED = "not_asked"
    NO = "no"
    EXPIRED = "expired"
    NOT_NOW = "not_now"
    TOO_MANY = "too_many"
    TOO_SOON = "too_soon"
    NO_NUMBER = "no_number"
    OVER = "over"


@dataclass(frozen=True)
class Refused:
    """Not now, and why. `until` (UTC): from when it may be asked again, where time alone helps."""

    why: Why
    until: datetime | None = None
    hours: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class Permit:
    """Leave to call or text one person, one way, on one number, now. Only `judge` makes one."""

    channel: str
    about: str
    """The row of the case's contents that holds the number."""

    at: datetime
    until: datetime
    """The end of the safe hours, or of the permission if that comes first. UTC. For `any` the end of the day, in which
    attempts are counted."""

    arrives_by: datetime
    """Nothing may arrive later. Like `until`, but hours that never end do not end at midnight."""

    hours: Hours
    left: int
    """How many more attempts these safe hours hold after this one."""

    voicemail: bool
    is_old: bool
    """Given more than a week ago: still good, and to be asked about again."""

    issued: InitVar[object] = field(kw_only=True)

    def __post_init__(self, issued: object) -> None:
        if issued is not _ISSUED_HERE:
            raise TypeError("only app.cases.outreach.judge gives leave to call or text a person")

    def holds(self, at: datetime) -> bool:
        """Whether it is still good at a moment."""
        return self.at <= at < min(self.arrives_by, self.at + HOLDS_FOR)


def judge(
    wishes: Sequence[Wish], tries: Sequence[datetime], channel: str, rules: Rules, *, local: datetime
) -> Permit | Refused:
    """Whether the person may be sought by this channel now.

    `tries` are the moments at which they were sought by it in vain since they were last in contact; `local` is now,
    in the programme's time zone. The newest word decides; of two words at once, both must allow it.
    """
    at = local.astimezone(UTC)
    newest = _newest(wishes, channel, at)
    if refused := _not_allowed(newest, local=local) or _too_often(tries, newest[-1], rules, local=local):
        return refused
    last = newest[-1]
    if last.about is None:
        return Refused(Why.NO_NUMBER)
    return Permit(
        channel=channel,
        about=last.about,
        at=at,
        until=min(_lapses(newest), *(_window(wish, local).ends for wish in newest)),
        arrives_by=min([_lapses(newest), *(_window(wish, local).ends for wish in _that_end(newest))]),
        hours=last.hours,
        left=rules.attempts_per_window - _tried(tries, _window(last, local), at) - 1,
        voicemail=_may_hear_a_voice(wishes, last.about, local=local),
        is_old=at - last.said_at >= ASKED_LONG_AGO,
        issued=_ISSUED_HERE,
    )


def _may_hear_a_voice(wishes: Sequence[Wish], number: str, *, local: datetime) -> bool:
    """Whether a message may be left on this number: what was said of another one says nothing of this."""
    newest = _newest(wishes, "voicemail", local.astimezone(UTC))
    return not _not_allowed(newest, local=local) and all(wish.about == number for wish in newest)


def _that_end(newest: Sequence[Wish]) -> list[Wish]:
    return [wish for wish in newest if wish.only or wish.hours != Hours.ANY]


def _window(wish: Wish, local: datetime) -> Window:
    return window(wish.hours, local, wish.only)


def _newest(wishes: Sequence[Wish], channel: str, at: datetime) -> list[Wish]:
    said = [wish for wish in wishes if wish.channel == channel and wish.said_at <= at]
    return [wish for wish in said if wish.said_at == max(each.said_at for each in said)]


def _not_allowed(newest: Sequence[Wish], *, local: datetime) -> Refused | None:
    if not newest:
        return Refused(Why.NOT_ASKED)
    if not all(wish.allowed for wish in newest):
        return Refused(Why.NO)
    if local.astimezone(UTC) >= _lapses(newest):
        return Refused(Why.EXPIRED)
    shut = next((wish for wish in newest if not within(wish.hours, local, wish.only)), None)
    return Refused(Why.NOT_NOW, opens(shut.hours, local, shut.only), shut.hours) if shut else None


def _lapses(newest: Sequence[Wish]) -> datetime:
    return min(min(wish.expires_at, wish.said_at + TOO_LONG_AGO) for wish in newest)


def _too_often(tries: Sequence[datetime], wish: Wish, rules: Rules, *, local: datetime) -> Refused | None:
    at, here = local.astimezone(UTC), _window(wish, local)
    if _tried(tries, here, at) >= rules.attempts_per_window:
        later = here.ends.astimezone(local.tzinfo)
        return Refused(Why.TOO_MANY, opens(wish.hours, later, wish.only), wish.hours)
    again = max((moment + rules.spaced for moment in tries), default=at)
    return Refused(Why.TOO_SOON, again, wish.hours) if at < again else None


def _tried(tries: Sequence[datetime], here: Window, at: datetime) -> int:
    return sum(here.starts <= moment <= at for moment in tries)
