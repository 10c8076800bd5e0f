"""Has anything changed? One small question to the database a second, however many boards are open."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases import breaches, bridges, co_handling, facts, texts
from app.cases.exclusions import Exclusion
from app.clock import Clock
from app.db import Base, Database
from app.escalation.pulse import is_silent, last_round
from app.notifications import faults
from app.routing import collision_models, incident_models, to_dos

_COUNTED: Final[tuple[type[Base], ...]] = (
    breaches.Breach,
    breaches.BreachReason,
    bridges.BridgeOutcome,
    bridges.LegFact,
    co_handling.CoHandling,
    co_handling.CoHandlingEnd,
    facts.Approach,
    facts.Assignment,
    facts.Closure,
    facts.Connection,
    facts.ConnectionEnd,
    facts.ContactAttempt,
    Exclusion,
    facts.Danger,
    facts.FirstContact,
    facts.Hold,
    facts.Join,
    facts.Kept,
    facts.Permission,
    texts.TextFate,
    collision_models.CheckIn,
    collision_models.Meeting,
    collision_models.MeetingAlarm,
    incident_models.PlaceIncident,
    incident_models.PlaceOpeningSecond,
    to_dos.ToDo,
    to_dos.ToDoEnd,
    to_dos.ToDoMove,
)
"""What a board is made of. Rows are only ever added, so that counting them tells whether one is new."""

_FRESH_FOR = 1.0
"""Seconds of real time for which an answer is given again without asking."""


class Watch:
    """Remembers the last answer for a second. May be asked from many threads at once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._turn = threading.Lock()
        self._asked = float("-inf")
        self._version = ""

    def version(self) -> str:
        """A word that is another as soon as a board would look different: new facts, a new hour, an engine or a carrier
        that does not work."""
        with self._turn:
            if time.monotonic() - self._asked >= _FRESH_FOR:
                with self._db.reading() as session:
                    self._version = self._look(session)
                self._asked = time.monotonic()
            return self._version

    def _look(self, session: Session) -> str:
        at = self._clock.now()
        counts = [select(func.count()).select_from(table).scalar_subquery() for table in _COUNTED]
        released = select(func.count(facts.Hold.released_at)).scalar_subquery()
        row = session.execute(select(*counts, released)).one()
        silent = is_silent(last_round(session), at=at, speed=self._clock.speed)
        refused = len(faults.standing(session))
        seen = ".".join(map(str, (*row, at.strftime("%d%H"), int(silent), refused)))
        return hashlib.blake2b(seen.encode(), digest_size=8).hexdigest()  # how many there are of each is nobody's
