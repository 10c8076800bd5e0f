"""What an attendant asks of the carrier for each deed, decided inside a transaction and said outside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridging
from app.cases.bridge_steps import Deed
from app.cases.bridges import Leg, Role, What
from app.cases.outside import Outside
from app.cases.queries import going_on
from app.cases.reach import leave_for
from app.console.tickets import Tickets
from app.notifications import pace
from app.staff.directory import Directory

STAFF_RING_FOR: Final = timedelta(seconds=25)
ANOTHER_MAY_HOLD_IT: Final = timedelta(seconds=10)
"""How long a handler waits in the room for a process that holds the number, before we say that it is lost."""

PAGES_GO_FIRST_FOR: Final = timedelta(seconds=3)
"""The carrier starts one call a second; for so long a bridge stands back for pages."""

Say = Callable[[], str | None]
"""One thing to ask of the carrier; a call's reference, where one is made."""


@dataclass(frozen=True)
class Placing:
    """`directory` opens duty numbers, `tickets` hold those of persons, `outside` reaches them."""

    outside: Outside
    directory: Directory = field(repr=False)
    public_url: str
    tickets: Tickets = field(repr=False)

    def decide(self, session: Session, deed: Deed, leg: Leg, at: datetime) -> Say | None:
        """Write down what is decided in advance; and what to ask of the carrier, once that is committed."""
        match deed:
            case Deed.CALL_STAFF:
                return self._call_staff(session, leg, at)
            case Deed.CALL_PERSON:
                return self._call_person(session, leg, at)
            case Deed.LEAD_IN:
                return self._lead(leg, "room")
            case Deed.LEAD_OUT:
                return self._lead(leg, "left")
            case Deed.HANG_UP:
                return self._hanging_up(leg)
            case Deed.GIVE_UP:
                bridging.note(session, leg, What.NO_ANSWER if leg.has(What.CALLED) else What.REFUSED, at=at)
                return self._hanging_up(leg) if leg.ref and not leg.bridge.approach_id else None

    def _call_staff(self, session: Session, leg: Leg, at: datetime) -> Say | None:
        is_here = leg.person is not None and leg.person.is_active
        number = self.directory.phone_of(session, leg.person) if leg.person and is_here else None
        if number is None:
            bridging.note(session, leg, What.FAILED, at=at)
            return None
        if not self._may_ring(session, leg.at, at):
            return None
        bridging.note(session, leg, What.CALLED, at=at)
        answer_url, status_url = self._url(leg, "screen"), self._url(leg, "status")
        return lambda: self.outside.carrier.call(
            to=number, answer_url=answer_url, status_url=status_url, ring_for=STAFF_RING_FOR
        )

    def _call_person(self, session: Session, leg: Leg, at: datetime) -> Say | None:
        """Ask the rule once more, at the moment itself; then the number is used, and gone from here."""
        bridge = leg.bridge
        ready = bridge.leg_of(Role.HANDLER).when(What.READY) or at
        if not self.tickets.holds(bridge.id, at=at):
            if at - ready >= ANOTHER_MAY_HOLD_IT * self.outside.speed:
                bridging.note(session, leg, What.REFUSED, at=at)
            return None
        if not self._may_ring(session, ready, at):
            return None
        number = self.tickets.take(bridge.id)
        permit = leave_for(session, bridge, at=at)
        if permit is None or permit.about != number.content_id:
            bridging.note(session, leg, What.REFUSED, at=at)
            return None
        bridge.voicemail = permit.voicemail
        bridging.note(session, leg, What.CALLED, at=at)
        going_on(session, bridge.case_id).log("contact.bridged", by=bridge.by.alias, at=at)
        answer_url, status_url = self._url(leg, "answer"), self._url(leg, "status")
        return lambda: self.outside.call(number, permit, answer_url=answer_url, status_url=status_url, at=at)

    def _may_ring(self, session: Session, since: datetime, at: datetime) -> bool:
        """Whether it is our turn: pages go first, but somebody waits here, and an engine that is dead sends none."""
        return pace.take_turn(session, at=at) or at - since >= PAGES_GO_FIRST_FOR * self.outside.speed

    def _lead(self, leg: Leg, to: str) -> Say:
        reference, to_url = leg.ref or "", self._url(leg, to)
        return lambda: self.outside.carrier.lead(reference, to_url=to_url)

    def _hanging_up(self, leg: Leg) -> Say:
        reference = leg.ref or ""
        return lambda: self.outside.carrier.hang_up(reference)

    def _url(self, leg: Leg, path: str) -> str:
        return f"{self.public_url}/carrier/bridge/{leg.id}/{path}"
