"""Named reads: the questions that are asked about bridges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session, selectinload

from app.cases.bridges import A_CALL_LASTS, ENDS, NO_CALL_LASTS_LONGER, Bridge, Leg, LegFact, What
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.cases.together import a_machine, nobody_said, together, was_reached
from app.once import once

WITH_ALL: Final = (selectinload(Bridge.legs).selectinload(Leg.facts), selectinload(Bridge.outcome))
"""What of a bridge is loaded with it."""


@once
def open_ones(session: Session, *, at: datetime) -> Sequence[Bridge]:
    """Bridges that somebody may still be in, or be rung for: those in which somebody is, however long they talk, and
    for a while those of which we have not been told that they are over."""
    since = {"rung": at - A_CALL_LASTS, "talked": at - NO_CALL_LASTS_LONGER}
    return session.scalars(_OPEN_ONES, since).all()


def _open_ones() -> Select[Bridge]:
    ended = exists().where(LegFact.leg_id == Leg.id, LegFact.what.in_(ENDS))
    going_on = exists().where(Leg.bridge_id == Bridge.id, ~ended)
    came = exists().where(LegFact.leg_id == Leg.id, LegFact.what == What.READY)
    somebody_is_in = exists().where(Leg.bridge_id == Bridge.id, came, ~ended)
    young = (Bridge.at > bindparam("rung")) | (somebody_is_in & (Bridge.at > bindparam("talked")))
    return select(Bridge).where(young, going_on).order_by(Bridge.at).options(*WITH_ALL)


_OPEN_ONES: Final = _open_ones()
"""Asked every second, and long to write out: done once."""


def latest(session: Session, cases: Sequence[str]) -> Bridge | None:
    """The last bridge of these cases, by id."""
    found = select(Bridge).where(Bridge.case_id.in_(cases)).order_by(Bridge.at.desc()).limit(1)
    return session.scalar(found.options(*WITH_ALL))


def of_approach(session: Session, approach_id: str) -> Bridge | None:
    """The room that this call was moved to, or None: nobody asked for one."""
    return session.scalar(_OF_APPROACH, {"approach": approach_id})


_OF_APPROACH: Final = select(Bridge).where(Bridge.approach_id == bindparam("approach")).options(*WITH_ALL)


def on_the_phone(session: Session, *, at: datetime) -> frozenset[str]:
    """The ids of the staff whose telephone is in a bridge, or rings for one: nobody is rung twice at once."""
    legs = [leg for bridge in open_ones(session, at=at) for leg in bridge.staff]
    return frozenset(leg.person_id for leg in legs if leg.person_id and not leg.ended)


@once
def was_with_them(session: Session, case_id: str, person_id: str) -> bool:
    """Whether this member of staff was in a room with the person of this case, or of one that goes on as part of it.
    A machine that answered is not the person, until they say that somebody came to the telephone."""
    cases = ids_of_whole(session, session.get_one(Case, case_id))
    return session.scalar(_WITH_THEM, {"person": person_id, "cases": cases}) is not None


def unsaid(session: Session, person_id: str) -> dict[str, datetime]:
    """The cases whose person this member of staff was in a room with, without anybody saying yet how it went; and
    since when."""
    return {bridge.case_id: bridge.at for bridge in session.scalars(_UNSAID, {"person": person_id})}


_UNSAID: Final = together(bindparam("person")).where(nobody_said())
_WITH_THEM: Final = (
    together(bindparam("person"))
    .where(Bridge.case_id.in_(bindparam("cases", expanding=True)), ~a_machine() | was_reached())
    .limit(1)
)
