"""Calls and texts whose end nobody told us: the carrier is asked how they ended.

A call that counts as going on keeps a handler's telephone silent, and a text that hangs keeps a handler waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.cases import bridging, calls, texts
from app.cases.bridges import ENDS, Leg, LegFact, What
from app.cases.facts import Approach, Moment
from app.cases.texts import Fate, TextFate
from app.db import Database
from app.escalation.inquiries import AT_ONCE, UNHEARD_FOR
from app.logs import Log
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.records import Kind, Record, Records

AS_FAR_BACK: Final = timedelta(days=2)
_HOW_A_LEG_ENDED: Final = {
    "busy": What.BUSY,
    "no-answer": What.NO_ANSWER,
    "failed": What.FAILED,
    "canceled": What.NO_ANSWER,
}
_ARRIVED: Final = ("delivered", "read")
_log = Log("engine")

Settle = Callable[[Session, Record | None], None]


def ask(db: Database, records: Records, *, at: datetime, unheard_for: timedelta = UNHEARD_FOR) -> int:
    """Look up what has no end, and write down what is found. How many were asked about.

    One that the carrier will not speak of does not hide those behind it; a carrier that does not answer at all does:
    then CarrierError stops it until the next time.
    """
    between = at - AS_FAR_BACK, at - unheard_for
    with db.reading() as session:
        found = [*_open_calls(session, *between, at=at), *_open_legs(session, *between, at=at)]
        found += _open_texts(session, *between, at=at)
    for kind, ref, settle in found:
        try:
            known = records.look_up(kind, ref)
        except CarrierError as problem:
            if problem.trouble is Trouble.TRANSIENT or problem.concerns_everything:
                raise
            _log.error("the carrier will not say how something ended", kind=kind.value, code=problem.code)
            continue
        if known is None or known.is_over:
            with db.transaction() as session:
                settle(session, known)
    return len(found)


def _open_calls(session: Session, after: datetime, before: datetime, *, at: datetime) -> list[tuple[Kind, str, Settle]]:
    over = exists().where(Moment.approach_id == Approach.id, Moment.what == "over")
    rows = session.execute(
        select(Approach.id, Approach.source)
        .where(Approach.channel == "phone", Approach.at.between(after, before), ~over)
        .limit(AT_ONCE)
    ).all()

    def settle(approach_id: str) -> Settle:
        return lambda session, _known: calls.hang_up(session, approach_id, at=at)

    return [(Kind.CALL, source, settle(approach_id)) for approach_id, source in rows]


def _open_legs(session: Session, after: datetime, before: datetime, *, at: datetime) -> list[tuple[Kind, str, Settle]]:
    ended = exists().where(LegFact.leg_id == Leg.id, LegFact.what.in_(ENDS))
    rows = session.execute(
        select(Leg.id, Leg.ref).where(Leg.ref.is_not(None), Leg.at.between(after, before), ~ended).limit(AT_ONCE)
    ).all()

    def settle(leg_id: str) -> Settle:
        def note(session: Session, known: Record | None) -> None:
            how = _HOW_A_LEG_ENDED.get(known.status, What.OVER) if known else What.OVER
            bridging.note(session, bridging.leg_by_id(session, leg_id), how, at=at)

        return note

    return [(Kind.CALL, ref, settle(leg_id)) for leg_id, ref in rows if ref]


def _open_texts(session: Session, after: datetime, before: datetime, *, at: datetime) -> list[tuple[Kind, str, Settle]]:
    fate = aliased(TextFate)
    known = exists().where(fate.text_id == TextFate.text_id, fate.what != Fate.ACCEPTED)
    rows = session.execute(
        select(TextFate.text_id, TextFate.ref)
        .where(TextFate.what == Fate.ACCEPTED, TextFate.ref.is_not(None), TextFate.at.between(after, before), ~known)
        .limit(AT_ONCE)
    ).all()

    def settle(text_id: str) -> Settle:
        def note(session: Session, known: Record | None) -> None:
            arrived = known is not None and known.status in _ARRIVED
            fate = Fate.DELIVERED if arrived else Fate.FAILED
            texts.became(session, text_id, fate, at=at, code=known.code if known else None)

        return note

    return [(Kind.TEXT, ref, settle(text_id)) for text_id, ref in rows if ref]
