"""When a hold without contact ends: with the grace, with the shift of whoever took the case, or when they leave.

Whoever takes a case while on duty has it until they go off duty, unless they say that they keep it. It then goes on to
the next like a case that comes back from its grace: at once, its clock as it was. Who was not on duty has no shift.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from app import nudge
from app.cases.facts import Hold
from app.cases.models import Case
from app.escalation.models import Escalation
from app.notifications import outbox, proven
from app.notifications.models import Priority
from app.oncall import roster
from app.oncall.duty import rota_of
from app.programme.apply import current
from app.staff.models import Person

SHIFT_OVER: Final = "shift_over"

NEWS_LASTS: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Lapse:
    """The moment at which a hold ends by itself, and why."""

    at: datetime
    because: str


def lapse(hold: Hold, grace: timedelta) -> Lapse:
    """Whichever comes first."""
    found = [Lapse(hold.at + grace, "grace_over")]
    if hold.person.left_at:
        found.append(Lapse(hold.person.left_at, "holder_left"))
    if ends := shift_ends(hold, before=hold.at + grace):
        found.append(Lapse(ends, SHIFT_OVER))
    return min(found, key=lambda one: one.at)


def shift_ends(hold: Hold, *, before: datetime) -> datetime | None:
    """When the holder goes off duty; None when that is later, they keep the case, or were not on duty when they took
    it. As the roster stands now: what is changed on it moves the end."""
    session = object_session(hold)
    if session is None or hold.kept:
        return None
    rota = rota_of(session, current(session), since=hold.at)
    return roster.off_duty_at(rota, hold.person.alias, at=hold.at, end=before)


def tell(session: Session, case: Case, person: Person, hold_id: str, *, at: datetime) -> None:
    """Tell whoever had the case that it has gone on without them."""
    channel = "call" if (person.id, "sms") in proven.broken(session) else "sms"
    if not person.has_telephone or channel == "call":  # a call would be taken for a page
        return
    outbox.queue(
        session,
        key=f"shift:{hold_id}",
        person=person,
        channel=channel,
        wording="sms.shift_over",
        values={"reference": case.reference},
        priority=Priority.ANSWER,
        due_at=at,
        at=at,
        valid_for=NEWS_LASTS,
    )
    case.log("page.queued", by="engine", at=at, because=SHIFT_OVER, to=person.alias, channel=channel)


def wake(session: Session, aliases: Collection[str] | None = None, *, at: datetime) -> None:
    """Somebody's turns have changed: let the engine look now at the cases they hold. Without aliases, anybody's may
    have: a new programme came into force."""
    held = select(Hold.case_id).join(Hold.person).where(Hold.released_at.is_(None))
    theirs = held if aliases is None else held.where(Person.alias.in_(aliases))
    asleep = Escalation.case_id.in_(theirs), Escalation.next_at > at
    session.execute(update(Escalation).where(*asleep).values(next_at=at))
    nudge.wanted(session)
