"""Telling somebody on the staff that something was done to their ways in: by whatever is proved to be theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.notifications import alarms, proven
from app.notifications.reach import Reach
from app.staff.models import Person

_OTHERWISE: Final = ("sms", "push")


def tell(session: Session, person: Person, wording: str, *, key: str, at: datetime) -> None:
    """Write it to every channel that is proved to be theirs; where none is, to what a page of theirs goes out by.

    What is lost or in another's hand is among them: the words say nothing, and whoever owns the rest hears of it.
    """
    refused = proven.broken(session)
    theirs = [channel for channel in proven.of(session, person) if (person.id, channel) not in refused]
    for channel in theirs or Reach(session).channels(person, _OTHERWISE):
        alarms.send(session, person, wording, key=key, channel=channel, at=at)
