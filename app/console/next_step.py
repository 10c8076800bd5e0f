"""What is asked of the reader now: one step, worked out from how the case stands and whether the person may be sought.

Pure: the rule itself is asked elsewhere, once, so that the step and the button never say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.cases.first_contact import Standing
from app.cases.outreach import Permit, Refused, Why
from app.cases.permissions import Hours, Wish

WAYS: Final = ("call", "sms")
"""How the person may be sought; the first comes first."""

Leave = Permit | Refused


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


_NOW: Final = {"call": Step.CALL, "sms": Step.TEXT}
_LATER: Final = {"call": Step.CALL_LATER, "sms": Step.TEXT_LATER}


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
    """They work on it."""

    may_take: bool
    has_spoken: bool = False
    """They had the caller on the line and have not yet written down how it went."""

    answers: bool = True
    """It is theirs to end: they are no co-handler."""


def next_step(standing: Standing, reader: Reader, leave: Mapping[str, Leave]) -> Next:
    """The one thing to do next. `leave`: what `outreach` says now of each way to seek the person."""
    match standing:
        case Standing.WAITING:
            return Next(Step.TAKE if reader.may_take else Step.WAITS)
        case Standing.TAKEN if not reader.keeps:
            return Next(Step.WITH_COLLEAGUE)
        case Standing.TAKEN if reader.has_spoken:
            return Next(Step.RECORD)
        case Standing.TAKEN:
            return _contact(leave)
        case Standing.REACHED:
            return Next(Step.DECIDE if reader.keeps and reader.answers else Step.REACHED)
    return Next(Step.OVER)


def newest(wishes: Iterable[Wish], channel: str) -> Wish | None:
    """The last word about one way of contact, of two at once the no; or None when it was not asked about."""
    said = [wish for wish in wishes if wish.channel == channel]
    return max(said, key=lambda wish: (wish.said_at, not wish.allowed), default=None)


def _contact(leave: Mapping[str, Leave]) -> Next:
    for channel in WAYS:
        if isinstance(leave.get(channel), Permit):
            return Next(_NOW[channel])
    refused = {channel: answer for channel, answer in leave.items() if isinstance(answer, Refused)}
    for channel in WAYS:
        if channel in refused and refused[channel].until:
            return Next(_LATER[channel], refused[channel].hours, refused[channel].until)
    why = {answer.why for answer in refused.values()}
    if Why.EXPIRED in why:
        return Next(Step.EXPIRED)
    return Next(Step.NOT_ASKED if why <= {Why.NOT_ASKED} else Step.THEY_CALL)
