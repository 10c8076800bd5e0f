"""The conversation that is news about a case: which, how far it has come, and which of the staff are in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridge_queries, calls
from app.cases.bridge_stages import Stage, counts, stage
from app.cases.bridges import A_CALL_LASTS, Bridge, Role, What
from app.cases.facts import Approach
from app.cases.models import Case
from app.cases.queries import ids_of_whole, joined_into
from app.console.doors import SignedIn

OUTCOMES: Final = ("reached", "no_answer", "voicemail", "wrong_person", "not_safe_now")
"""What a handler may say of a call that we placed for them."""

OF_A_CALL_THAT_CAME_IN: Final = ("reached", "wrong_person", "not_safe_now")

NEWS_FOR: Final = timedelta(minutes=30)
"""How long a call that reached nobody is told of above the button; after that it stands among the attempts."""


def current(session: Session, case: Case, *, at: datetime) -> Bridge | None:
    """The bridge that is news: it goes on, nobody has said how it went, or it came to an end just now."""
    bridge = bridge_queries.latest(session, ids_of_whole(session, case))
    if bridge is None:
        return None
    now = stage_at(bridge, at)
    return bridge if now.goes_on or now is Stage.ASKS or at - bridge.at < NEWS_FOR else None


def stage_at(bridge: Bridge, at: datetime) -> Stage:
    """How far it has come. One that rang hours ago, and of whose end nobody told us, is over all the same."""
    found = stage(bridge)
    if found is Stage.TALKING or not found.goes_on or at - bridge.at < A_CALL_LASTS:
        return found
    return Stage.ASKS if bridge.leg_of(Role.PERSON).has(What.CALLED) else Stage.NOT_PICKED_UP


def outcomes_of(bridge: Bridge) -> Sequence[str]:
    """What can be said of a bridge. Whoever called us did not leave us unanswered, nor were they a voicemail."""
    return OF_A_CALL_THAT_CAME_IN if bridge.approach_id else OUTCOMES


def is_in_it(session: Session, case: Case, who: SignedIn, *, at: datetime) -> bool:
    """Whether this reader is in the conversation with the person at this moment, and leads it."""
    if on_the_line(session, case, who, at=at):
        return True
    bridge = current(session, case, at=at)
    if bridge is None or stage_at(bridge, at) not in {Stage.TALKING, Stage.MOVING}:
        return False
    mine = [leg for leg in bridge.staff if leg.person_id == who.person_id and not leg.ended and counts(leg)]
    return any(leg.is_in or leg.role == Role.HANDLER for leg in mine)


def on_the_line(session: Session, case: Case, who: SignedIn, *, at: datetime) -> Approach | None:
    """The call in which this reader has the person on the line, where it can be brought into a room."""
    talks = who.person_id in calls.talking(session, at=at)
    for one in (case, *joined_into(session, case)) if talks else ():
        for approach in one.approaches:
            connection = approach.connection
            is_mine = connection is not None and connection.person_id == who.person_id
            if connection and is_mine and connection.end is None and connection.ref:
                return None if bridge_queries.of_approach(session, approach.id) else approach
    return None
