"""What people change on the roster: somebody else stands in, a turn is swapped, somebody is away. Each leaves an entry.

One change at a time: whoever comes second sees what the first one did. Offers are in `swaps.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import one_at_a_time
from app.errors import BadInput
from app.oncall.models import Leave, Lifted, Override, Return
from app.programme.fields import Tier
from app.staff.models import Person
from app.staff.roles import Role

REASONS: Final = ("ill", "gap", "relief", "other")
"""Why somebody stands in: a code, so that nothing about anybody's health or life is written down."""

LONGEST: Final = timedelta(days=366)
"""A change that lasts longer is a slip of the finger, or belongs in the programme file."""

FURTHEST: Final = timedelta(days=2 * 366)

ON_DUTY: Final = frozenset({Role.HANDLER, Role.COORDINATOR, Role.MANAGER})
"""Who can hold a tier."""


class NotPossible(BadInput):
    """The change cannot be made; `why` is a code that the page has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__("The roster cannot be changed so.")
        self.why = why


def stand_in(
    session: Session,
    tier: Tier,
    person: Person,
    *,
    starts: datetime,
    ends: datetime,
    because: str,
    by: Person,
    at: datetime,
) -> Override:
    """Let somebody hold the tier alone for a while, whatever the rotations say."""
    begin(session)
    check_span(starts, ends, at=at)
    check_may_be_on_duty(person)
    if because not in REASONS:
        raise NotPossible("reason")
    override = Override(
        tier=tier.value, person_id=person.id, starts=starts, ends=ends, made_at=at, made_by=by.alias, because=because
    )
    session.add(override)
    session.flush()
    note(session, "roster.overridden", person, by=by, at=at, because=because, tier=tier.value, **span(starts, ends))
    return override


def lift(session: Session, override: Override, *, by: Person, at: datetime) -> None:
    """The rotations count again. Nothing happens when they do already."""
    begin(session)
    session.refresh(override, ["lifted"])
    if override.lifted or override.ends <= at:
        return
    override.lifted = Lifted(at=at, by=by.alias)
    session.flush()
    note(session, "roster.restored", override.person, by=by, at=at, tier=override.tier)


def go_away(session: Session, person: Person, *, starts: datetime, ends: datetime, by: Person, at: datetime) -> Leave:
    """Somebody is away for a while: they hold nothing, and whoever stands next has what was theirs."""
    begin(session)
    check_span(starts, ends, at=at)
    leave = Leave(person_id=person.id, starts=starts, ends=ends, made_at=at, made_by=by.alias)
    session.add(leave)
    session.flush()
    note(session, "roster.away", person, by=by, at=at, **span(starts, ends))
    return leave


def come_back(session: Session, leave: Leave, *, by: Person, at: datetime) -> None:
    """They are here after all. Nothing happens when they are already."""
    begin(session)
    session.refresh(leave, ["back"])
    if leave.back or leave.ends <= at:
        return
    leave.back = Return(at=at, by=by.alias)
    session.flush()
    note(session, "roster.back", leave.person, by=by, at=at)


def begin(session: Session) -> None:
    """Wait for whoever changes the roster at this moment."""
    one_at_a_time(session, "oncall.roster")


def check_span(starts: datetime, ends: datetime, *, at: datetime) -> None:
    """NotPossible unless the time lies ahead, at least in part, and is of a reasonable length."""
    if ends <= starts:
        raise NotPossible("backwards")
    if ends <= at:
        raise NotPossible("over")
    if ends - starts > LONGEST or ends - at > FURTHEST:
        raise NotPossible("too_long")


def check_may_be_on_duty(person: Person) -> None:
    """NotPossible unless they answer, and somebody can reach them."""
    if not person.is_active or ON_DUTY.isdisjoint(person.roles):
        raise NotPossible("who")
    if not person.has_telephone:
        raise NotPossible("no_phone")


def span(starts: datetime, ends: datetime) -> dict[str, str]:
    """The time as it stands in the log."""
    return {"starts": starts.isoformat(timespec="minutes"), "ends": ends.isoformat(timespec="minutes")}


def note(
    session: Session, action: str, whom: Person, *, by: Person, at: datetime, because: str = "", **facts: str
) -> None:
    """Write the change into the log, about the person whose time it is."""
    record(session, at=at, by=by.alias, action=action, about=f"person:{whom.alias}", because=because, **facts)
