"""The engine's eye on the carrier's own records: what we missed, what we were not told, what is left of us there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.clock import Clock
from app.db import Database
from app.escalation import inquiries, open_ends
from app.intake import missed
from app.intake.line import Line
from app.logs import Log
from app.notifications import faults
from app.notifications.models import FIRST_CARRIER
from app.telephony.carrier import CarrierError
from app.telephony.records import Records
from app.traces import clearing

_log = Log("lookout")


@dataclass
class Lookout:
    """Asks the first carrier, now and then; the worker says when. Missed calls come in by `line`, as all do."""

    db: Database
    clock: Clock
    records: Records
    line: Line = field(repr=False)

    def find_missed(self) -> None:
        """Take in the calls and texts that reached the carrier and not us."""
        self._ask(lambda at: missed.look_back(self.db, self.records, self.line, at=at, speed=self.clock.speed))

    def ask_what_became(self) -> None:
        """Ask about pages, calls and texts of which we have heard nothing."""
        unheard_for = inquiries.UNHEARD_FOR * self.clock.speed
        self._ask(lambda at: inquiries.ask(self.db, self.records, at=at, unheard_for=unheard_for))
        self._ask(lambda at: open_ends.ask(self.db, self.records, at=at, unheard_for=unheard_for))

    def clear_traces(self) -> None:
        """Delete what the carrier need not keep any longer."""
        self._ask(lambda at: clearing.clear(self.db, self.records, at=at))

    def _ask(self, ask: Callable[[datetime], object]) -> None:
        at = self.clock.now()
        try:
            ask(at)
        except CarrierError as problem:
            _log.warning("the carrier's records cannot be read", code=problem.code, kind=problem.trouble.value)
            if problem.concerns_everything:
                with self.db.transaction() as session:
                    faults.found(session, carrier=FIRST_CARRIER, channel="records", code=problem.code, at=at)
