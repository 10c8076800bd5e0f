"""Every reference of the carrier's that we hold becomes a trace to be cleared, whoever wrote it down.

Found by looking through the rows, so that no route can forget to say so. Nothing is cleared that is still needed: an
inbound call or text only once the carrier's list has been compared up to it, a page only once it is settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.cases.bridges import ENDS, Leg, LegFact
from app.cases.facts import Approach, Moment
from app.cases.texts import Fate, TextFate
from app.db import one_at_a_time
from app.escalation.models import StaffMessage
from app.escalation.open_ends import AS_FAR_BACK
from app.notifications.models import SETTLED, Notification
from app.telephony.records import Kind
from app.traces.models import Look, Trace

LATE_AFTER: Final = timedelta(days=15)
"""Twilio: a record can be deleted a minute after its end, "in rare cases" only after up to 14 days."""

LOOKED_THROUGH: Final = 2 * LATE_AFTER
"""How far back our rows are searched for references; older ones were found long ago."""

NOT_ASKED: Final = AS_FAR_BACK
"""After so long the carrier is no longer asked how a call or text ended, and its record is not needed."""

A_MINUTE: Final = timedelta(minutes=1)
"""Twilio deletes nothing before a call has been over, or a text finished, for so long."""

_KINDS: Final = {"CA": Kind.CALL, "SM": Kind.TEXT, "MM": Kind.TEXT}
_TWILIOS = re.compile(r"(?:CA|SM|MM)[0-9a-f]{32}")


def leave(session: Session, ref: str, *, at: datetime) -> bool:
    """Write down that the carrier keeps a record under this reference. False when it is known, or another carrier's."""
    if not _TWILIOS.fullmatch(ref) or session.scalar(select(Trace.id).where(Trace.ref == ref)):
        return False
    session.add(Trace(ref=ref, kind=_KINDS[ref[:2]].value, at=at, next_at=at + A_MINUTE))
    session.flush()
    return True


def gather(session: Session, *, at: datetime) -> int:
    """Make a trace of every reference in our rows that may go now. How many were new."""
    one_at_a_time(session, "carrier.traces")
    looked = session.scalar(select(Look.until).where(Look.id == 1))
    found = [*_ours(session, at=at), *(_came_in(session, until=looked, at=at) if looked else ())]
    return sum(leave(session, ref, at=when) for ref, when in found)


def _came_in(session: Session, *, until: datetime, at: datetime) -> Iterator[tuple[str, datetime]]:
    texts = or_(*(StaffMessage.source.startswith(kind) for kind in ("SM", "MM")))
    ended = exists().where(Moment.approach_id == Approach.id, Moment.what == "over")
    over = or_(Approach.channel == "sms", and_(Approach.channel == "phone", or_(ended, Approach.at <= at - NOT_ASKED)))
    yield from _untraced(session, Approach.source, Approach.at, over, until, at=at)
    yield from _untraced(session, StaffMessage.source, StaffMessage.at, texts, until, at=at)


def _ours(session: Session, *, at: datetime) -> Iterator[tuple[str, datetime]]:
    ended = exists().where(LegFact.leg_id == Leg.id, LegFact.what.in_(ENDS))
    fate = aliased(TextFate)
    arrived = exists().where(fate.text_id == TextFate.text_id, fate.what != Fate.ACCEPTED)
    settled = Notification.state.in_(SETTLED)
    yield from _untraced(session, Notification.carrier_ref, Notification.queued_at, settled, at, at=at)
    yield from _untraced(session, Leg.ref, Leg.at, or_(ended, Leg.at <= at - NOT_ASKED), at, at=at)
    yield from _untraced(session, TextFate.ref, TextFate.at, or_(arrived, TextFate.at <= at - NOT_ASKED), at, at=at)


def _untraced(
    session: Session,
    ref: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    moment: InstrumentedAttribute[datetime],
    which: ColumnElement[bool],
    until: datetime,
    *,
    at: datetime,
) -> Iterator[tuple[str, datetime]]:
    traced = select(Trace.id).where(Trace.ref == ref).exists()
    rows = session.execute(select(ref, moment).where(which, moment <= until, moment > at - LOOKED_THROUGH, ~traced))
    return ((found, when) for found, when in rows if found)
