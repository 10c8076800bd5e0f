"""What a call comes to, by the caller's keys and by the carrier's word: written down once, whoever says it first.

Webhooks are repeated, get lost and overtake one another, so nothing here depends on their order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, bindparam, exists, select
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.facts import Approach, Connection, ConnectionEnd, Moment
from app.cases.models import Case
from app.once import once

LONGEST_TALK: Final = timedelta(hours=2)
"""A connection whose end we were never told of keeps a handler's telephone silent no longer than this."""

_NOBODY_ELSE: Final = ("unanswered", "over")
_LOGGED: Final = {"unanswered": ("approach.unanswered", "engine"), "over": ("approach.ended", "carrier")}


def note(session: Session, approach_id: str, what: str, *, at: datetime) -> bool:
    """Write down that a call came to something. False when it is known already; nothing changes then."""
    case = _locked(session, approach_id)
    if came_to(session, approach_id, what):
        return False
    session.add(Moment(approach_id=approach_id, what=what, at=at))
    action, by = _LOGGED.get(what, ("approach.told", "caller"))
    case.log(action, by=by, at=at, what=what)
    return True


def came_to(session: Session, approach_id: str, *what: str) -> bool:
    """Whether a call has come to any of these."""
    return bool(session.scalar(_CAME_TO, {"approach": approach_id, "what": what}))


_WHAT: Final[BindParameter[str]] = bindparam("what", expanding=True)
_CAME_TO: Final = select(exists().where(Moment.approach_id == bindparam("approach"), Moment.what.in_(_WHAT)))


def came_first(session: Session, approach_id: str, what: str, *, before: str) -> bool:
    """Whether a call came to one thing before it came to another."""
    moments = {moment.what: moment.at for moment in session.get_one(Approach, approach_id).moments}
    return what in moments and before in moments and moments[what] < moments[before]


def waits(session: Session, approach_id: str) -> bool:
    """Whether the caller still waits for somebody to answer: they have not hung up, and were not yet told that
    nobody could, nor chose to wait no longer."""
    return not came_to(session, approach_id, *_NOBODY_ELSE)


def part(session: Session, approach_id: str, *, spoke: bool, at: datetime) -> None:
    """The handler who had the caller, if any had, has them no longer."""
    case = _locked(session, approach_id)
    is_open = session.get(Connection, approach_id) is not None and session.get(ConnectionEnd, approach_id) is None
    if not is_open:
        return
    session.add(ConnectionEnd(approach_id=approach_id, at=at, spoke=spoke))
    case.log("approach.parted", by="carrier", at=at, spoke=spoke)


def hang_up(session: Session, approach_id: str, *, spoke: bool = True, at: datetime) -> None:
    """The caller is gone, by the carrier's word."""
    part(session, approach_id, spoke=spoke, at=at)
    note(session, approach_id, "over", at=at)


@once
def talking(session: Session, *, at: datetime) -> set[str]:
    """The ids of those who have a caller on the line at this moment."""
    ended = exists().where(ConnectionEnd.approach_id == Connection.approach_id)
    recent = Connection.at > at - LONGEST_TALK
    return set(session.scalars(select(Connection.person_id).where(recent, ~ended)))


def _locked(session: Session, approach_id: str) -> Case:
    return queries.locked(session, session.get_one(Approach, approach_id).case_id)
