"""What is asked of the reader now: one step, worked out from how the case stands and what the person said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.cases.first_contact import Standing
from app.cases.permissions import Hours, Wish, may_contact, within

HOURS_AHEAD = 48
"""How far the next safe hour is looked for; every span of hours comes once a day."""


class Step(StrEnum):
    """The steps, each with its sentence in the catalogue (`step.take`)."""

    TAKE = "take"
    WAITS = "waits"
    WITH_COLLEAGUE = "with_colleague"
    CALL = "call"
    TEXT = "text"
    CALL_LATER = "call_later"
    TEXT_LATER = "text_later"
    THEY_CALL = "they_call"
    NOT_ASKED = "not_asked"
    EXPIRED = "expired"
    RECORD = "record"
    DECIDE = "decide"
    REACHED = "reached"
    OVER = "over"

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked of the reader."""
        return self in {Step.WAITS, Step.WITH_COLLEAGUE, Step.REACHED, Step.OVER}

    @property
    def is_contact(self) -> bool:
        """Whether speaking with the person is what comes next, so that the secrets are needed now."""
        return self in {Step.CALL, Step.TEXT, Step.RECORD, Step.DECIDE}


@dataclass(frozen=True)
class Next:
    """The step, and for one that has to wait, until when and for which hours."""

    step: Step
    hours: Hours | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Reader:
    """How the one who reads stands to the case."""

    keeps: bool
    may_take: bool
    has_spoken: bool = False
    """They had the caller on the line and have not yet written down how it went."""


def next_step(standing: Standing, reader: Reader, wishes: Sequence[Wish], *, local: datetime) -> Next:
    """The one thing to do next. `local` is now, in the programme's time zone."""
    match standing:
        case Standing.WAITING:
            return Next(Step.TAKE if reader.may_take else Step.WAITS)
        case Standing.TAKEN if not reader.keeps:
            return Next(Step.WITH_COLLEAGUE)
        case Standing.TAKEN if reader.has_spoken:
            return Next(Step.RECORD)
        case Standing.TAKEN:
            return _contact(wishes, local=local)
        case Standing.REACHED:
            return Next(Step.DECIDE if reader.keeps else Step.REACHED)
    return Next(Step.OVER)


def newest(wishes: Iterable[Wish], channel: str) -> Wish | None:
    """The last word about one way of contact, of two at once the no; or None when it was not asked about."""
    said = [wish for wish in wishes if wish.channel == channel]
    return max(said, key=lambda wish: (wish.said_at, not wish.allowed), default=None)


def _contact(wishes: Sequence[Wish], *, local: datetime) -> Next:
    for channel, now in (("call", Step.CALL), ("sms", Step.TEXT)):
        if may_contact(wishes, channel, local=local):
            return Next(now)
    last = [wish for channel in ("call", "sms") if (wish := newest(wishes, channel))]
    allowed = [wish for wish in last if wish.allowed]
    for wish in allowed:
        if local < wish.expires_at:
            later = Step.CALL_LATER if wish.channel == "call" else Step.TEXT_LATER
            return Next(later, wish.hours, _opens_at(wish, local=local))
    if allowed:
        return Next(Step.EXPIRED)
    return Next(Step.THEY_CALL if last else Step.NOT_ASKED)


def _opens_at(wish: Wish, *, local: datetime) -> datetime | None:
    """The next full hour, by the clock on the wall, that lies in the safe hours."""
    hour = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    coming = (hour + timedelta(hours=ahead) for ahead in range(1, HOURS_AHEAD))
    return next((at for at in coming if within(wish.hours, at.astimezone(local.tzinfo))), None)
