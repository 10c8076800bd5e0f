"""Sends the canary: now and then an approach of our own goes through the one way in, and somebody on call answers.

It takes the road of a form that a stranger sent, up to the telephone in the handler's hand and back. Whoever is on call
is paged by the first step of the ladder, once; when nobody answers in time the coordinator hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cases.canaries import Canary, latest
from app.cases.facts import Closure
from app.cases.models import Case
from app.clock import Clock
from app.db import Database, new_id, one_at_a_time
from app.intake import reception
from app.intake.approach import Approach
from app.intake.reception import Desk
from app.notifications import alarms
from app.programme.apply import current

ANSWERED_WITHIN: Final = timedelta(minutes=15)
"""A page is answered in a few minutes or not at all."""


@dataclass
class CanaryKeeper:
    """Looks, whenever the worker says, whether a canary is to be sent, and whether one came back unanswered."""

    db: Database
    clock: Clock
    desk: Desk = field(repr=False)

    def look(self) -> None:
        """Send one when the programme's interval is over; raise the alarm for each that nobody answered in time."""
        at = self.clock.now()
        with self.db.reading() as session:
            anything = is_due(session, at=at) or lost(session, at=at)
        if not anything:
            return
        with self.db.transaction() as session:
            one_at_a_time(session, "canary")
            for canary in lost(session, at=at):
                _tell(session, canary, at=at)
            if is_due(session, at=at):
                send(session, self.desk, by="engine", at=at)


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether it is time for the next one. A programme that names no interval sends none."""
    every, last = current(session).routine.canary_every, latest(session)
    return every is not None and (last is None or at >= last.at + every)


def send(session: Session, desk: Desk, *, by: str, at: datetime) -> str:
    """Send one now; its reference."""
    language = current(session).programme.languages[0]
    approach = Approach(channel="form", source=f"canary:{new_id()}", language=language, canary=True)
    received = reception.receive(session, desk, approach, at=at)
    session.add(Canary(case_id=received.case_id, at=at, answer_by=at + ANSWERED_WITHIN))
    session.get_one(Case, received.case_id).log("canary.sent", by=by, at=at)
    return received.reference


def lost(session: Session, *, at: datetime) -> Iterable[Canary]:
    """The canaries that nobody answered in time, and of which nobody has been told."""
    answered = exists().where(Closure.case_id == Canary.case_id)
    late = session.scalars(select(Canary).where(~answered, Canary.answer_by <= at).order_by(Canary.at)).all()
    return [canary for canary in late if not alarms.is_told(session, _key(canary))]


def _tell(session: Session, canary: Canary, *, at: datetime) -> None:
    alarms.tell(session, "alarm.canary", key=_key(canary), channels=("sms",), at=at)
    session.get_one(Case, canary.case_id).log("canary.lost", by="engine", at=at)


def _key(canary: Canary) -> str:
    return f"canary:{canary.case_id}"
