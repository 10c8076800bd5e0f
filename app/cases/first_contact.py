"""The twenty-four hours: when contact is due, and how a case stands. Pure: no clock, no database.

The promise is the city's own: whoever asks is in contact with a person at the city within 24 hours of
the first approach. Elapsed time in UTC, so that neither weekends nor the clocks' changing matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """How a case stands; worked out from its facts, never stored."""

    WAITING = "waiting"
    TAKEN = "taken"
    REACHED = "reached"
    ADVICE = "advice"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    JOINED = "joined"


def due_at(opened_at: datetime, *, within: timedelta) -> datetime:
    """When first contact is due. Both moments in UTC; nothing may move it later."""
    return opened_at + within


def standing(*, held: bool, reached: bool, closed_as: Standing | None) -> Standing:
    """How a case stands, from the facts about it."""
    if closed_as is not None:
        return closed_as
    if reached:
        return Standing.REACHED
    return Standing.TAKEN if held else Standing.WAITING


def is_overdue(*, due: datetime, first_contact_at: datetime | None, at: datetime) -> bool:
    """Whether the promise is broken at a moment: contact came late, or has not come and the time is out."""
    return (at if first_contact_at is None else first_contact_at) >= due
