"""Who is told that a reading has to be looked at: coordinators and managers, and never whoever read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.control.models import ControlReading
from app.control.words import DUE_WITHIN
from app.notifications import alarms
from app.notifications.reach import Reach
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role

BY: Final = ("sms", "push")

_TOLD: Final = (Role.COORDINATOR, Role.MANAGER)
_ELSE: Final = (Role.AUDITOR, Role.ADMIN)


def raise_about(session: Session, reading: ControlReading, whys: Sequence[str], *, at: datetime) -> None:
    """Tell them to sign in and look; nothing of who, what or why. Of one reader once an hour: the list has the rest.

    Once for each degree of haste: whoever is known to have had a reason at two o'clock is told of anew at half past,
    when they open a bait.
    """
    haste = min(DUE_WITHIN[why] for why in whys)
    reach, key = Reach(session), f"control:{reading.by}:{haste.days}:{at:%Y-%m-%dT%H}"
    for person in hearers(everyone(session), but_not=reading.by):
        for channel in reach.channels(person, BY):
            alarms.send(session, person, "alarm.control", key=key, channel=channel, at=at)


def hearers(staff: Sequence[Person], *, but_not: str) -> list[Person]:
    """Every coordinator and manager but the reader; where the reader is the only one, auditors and administrators."""
    others = [person for person in staff if person.alias != but_not]
    groups = ([person for person in others if not set(roles).isdisjoint(person.roles)] for roles in (_TOLD, _ELSE))
    return next(filter(None, groups), [])
