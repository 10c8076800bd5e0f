"""The attendant at the switchboard: rings the telephones of a bridge, and sends home who waits in vain.

It looks only at rows, and writes down what it does before it does it; so any process may attend to any bridge, and
nothing is done twice. Only the number of a person waits in the process in which the button was pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridging
from app.cases.bridge_steps import A_TICKET_LASTS, Deed, Step, steps
from app.cases.bridges import Bridge, Leg, Role, What
from app.cases.contents import Number
from app.cases.outreach import Permit
from app.cases.outside import Outside
from app.cases.queries import going_on
from app.cases.reach import may_seek
from app.console.tickets import Tickets
from app.db import Database
from app.logs import Log
from app.notifications import pace
from app.staff.directory import Directory
from app.telephony.carrier import CarrierError, Trouble

STAFF_RING_FOR: Final = timedelta(seconds=25)
ANOTHER_MAY_HOLD_IT: Final = timedelta(seconds=10)
"""How long a handler waits in the room for a process that holds the number, before we say that it is lost."""

_MUST_SUCCEED: Final = (Deed.CALL_STAFF, Deed.CALL_PERSON, Deed.LEAD_IN)

PAGES_GO_FIRST_FOR: Final = timedelta(seconds=3)
"""The carrier starts one call a second; for so long a bridge stands back for pages."""

_ENDS_A_CALL: Final = (Deed.HANG_UP, Deed.GIVE_UP)
_OVER_ALREADY: Final = (404, 20404, 21220)
"""The carrier's codes for a call that is not in progress any more."""

_log = Log("bridge")

Say = Callable[[], str | None]
"""One thing to ask of the carrier; a call's reference, where one is made."""


@dataclass(frozen=True)
class Attendant:
    """One for each console process. `directory` opens duty numbers, `outside` reaches people."""

    db: Database
    outside: Outside
    directory: Directory = field(repr=False)
    public_url: str
    tickets: Tickets = field(default_factory=Tickets, repr=False)

    @property
    def speed(self) -> float:
        """How fast the line's clock runs beside the carrier's."""
        return self.outside.speed

    def expect(self, bridge_id: str, number: Number, *, at: datetime) -> None:
        """Remember the number for when the handler has pressed the key."""
        self.tickets.keep(bridge_id, number, at=at, lasts=A_TICKET_LASTS * self.speed)

    def attend(self, at: datetime) -> int:
        """Do everything that is to be done now, once. How many things that was."""
        self.tickets.forget_old(at=at)
        with self.db.reading() as session:
            due = [step for bridge in bridging.open_ones(session, at=at) for step in self._steps(bridge, at)]
        return sum(self._do(step, at) for step in due)

    def is_busy(self, at: datetime) -> bool:
        """Whether there is a bridge to attend to."""
        with self.db.reading() as session:
            return bool(bridging.open_ones(session, at=at))

    def _steps(self, bridge: Bridge, at: datetime) -> list[Step]:
        return steps(bridge, at=at, speed=self.speed)

    def _do(self, step: Step, at: datetime) -> bool:
        """Write down that it is done, then do it: of two processes only one gets to the second half."""
        with self.db.transaction() as session:
            leg = bridging.leg_by_id(session, step.leg_id)
            if step not in self._steps(leg.bridge, at):
                return False
            known = len(leg.facts)
            say = self._decide(session, step.deed, leg, at)
            changed = len(leg.facts) > known
        return (self._ask_the_carrier(say, step, at) if say else False) or changed

    def _decide(self, session: Session, deed: Deed, leg: Leg, at: datetime) -> Say | None:
        match deed:
            case Deed.CALL_STAFF:
                return self._call_staff(session, leg, at)
            case Deed.CALL_PERSON:
                return self._call_person(session, leg, at)
            case Deed.LEAD_IN:
                return self._lead(session, leg, What.LED_IN, "room", at)
            case Deed.LEAD_OUT:
                return self._lead(session, leg, What.LED_OUT, "left", at)
            case Deed.HANG_UP:
                return self._hanging_up(leg)
            case Deed.GIVE_UP:
                bridging.note(session, leg, What.NO_ANSWER if leg.has(What.CALLED) else What.REFUSED, at=at)
                return self._hanging_up(leg) if leg.ref and not leg.bridge.approach_id else None

    def _call_staff(self, session: Session, leg: Leg, at: datetime) -> Say | None:
        number = self.directory.phone_of(session, leg.person) if leg.person else None
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
            if at - ready >= ANOTHER_MAY_HOLD_IT * self.speed:
                bridging.note(session, leg, What.REFUSED, at=at)
            return None
        if not self._may_ring(session, ready, at):
            return None
        number = self.tickets.take(bridge.id)
        case = going_on(session, bridge.case_id)
        permit = may_seek(session, case, "call", at=at)
        still_theirs = case.keeper_id == bridge.by_id
        if not (isinstance(permit, Permit) and still_theirs and permit.about == number.content_id):
            bridging.note(session, leg, What.REFUSED, at=at)
            return None
        bridging.note(session, leg, What.CALLED, at=at)
        case.log("contact.bridged", by=bridge.by.alias, at=at)
        answer_url, status_url = self._url(leg, "answer"), self._url(leg, "status")
        return lambda: self.outside.call(number, permit, answer_url=answer_url, status_url=status_url, at=at)

    def _may_ring(self, session: Session, since: datetime, at: datetime) -> bool:
        """Whether it is our turn: pages go first, but somebody waits here, and an engine that is dead sends none."""
        return pace.take_turn(session, at=at) or at - since >= PAGES_GO_FIRST_FOR * self.speed

    def _lead(self, session: Session, leg: Leg, what: What, to: str, at: datetime) -> Say:
        bridging.note(session, leg, what, at=at)
        reference, to_url = leg.ref or "", self._url(leg, to)
        return lambda: self.outside.carrier.lead(reference, to_url=to_url)

    def _hanging_up(self, leg: Leg) -> Say:
        reference = leg.ref or ""
        return lambda: self.outside.carrier.hang_up(reference)

    def _ask_the_carrier(self, say: Say, step: Step, at: datetime) -> bool:
        """Whether the carrier did it. What it answers is written down in a transaction of its own."""
        ref, problem = None, None
        try:
            ref = say()
        except CarrierError as refused:
            problem = None if refused.code in _OVER_ALREADY and step.deed in _ENDS_A_CALL else refused
            _log.warning("the carrier refused", step=step.deed.value, code=refused.code, kind=refused.trouble.value)
        except Exception as trouble:  # noqa: BLE001 - one bridge may not stop the others
            problem = CarrierError(Trouble.TRANSIENT, maybe_done=True)
            _log.error("a bridge could not be attended to", problem=trouble, step=step.deed.value)
        with self.db.transaction() as session:
            leg = bridging.leg_by_id(session, step.leg_id)
            _note_answer(session, leg, step.deed, ref, problem, at=at)
        return problem is None

    def _url(self, leg: Leg, path: str) -> str:
        return f"{self.public_url}/carrier/bridge/{leg.id}/{path}"


def _note_answer(
    session: Session, leg: Leg, deed: Deed, ref: str | None, problem: CarrierError | None, *, at: datetime
) -> None:
    """The reference of a call that was made; or that none was, so that nobody waits for it. A hanging up that failed
    is done again."""
    leg.ref = leg.ref or ref
    if problem is None and deed is Deed.HANG_UP:
        bridging.note(session, leg, What.HUNG_UP, at=at)
    if problem and not problem.maybe_done and deed in _MUST_SUCCEED:
        bridging.note(session, leg, What.REFUSED, at=at)
