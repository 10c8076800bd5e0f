"""The attendant at the switchboard: rings the telephones of a bridge, and sends home who waits in vain.

It looks only at rows, and writes down that it rings a telephone before it does; so any process may attend to any
bridge, and nobody is called twice. Leading and hanging up do no harm twice: they are tried until the carrier has done
it. Only the number of a person waits in the process in which the button was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridge_queries, bridging
from app.cases.bridge_steps import A_TICKET_LASTS, Deed, Step, is_sought, steps
from app.cases.bridges import ENDS, Bridge, Leg, Role, What
from app.cases.contents import Number
from app.cases.outside import Outside
from app.cases.reach import leave_for
from app.console.patience import Patience
from app.console.placing import Placing, Say
from app.console.tickets import Tickets
from app.db import Database
from app.logs import Log
from app.staff.directory import Directory
from app.telephony.carrier import CarrierError, Trouble

_AT_ONCE_OR_NEVER: Final = (Deed.CALL_STAFF, Deed.CALL_PERSON)
"""Nobody is called twice: whether it was done is written down before it is tried."""

_UNTIL_DONE: Final = {Deed.LEAD_IN: What.LED_IN, Deed.LEAD_OUT: What.LED_OUT, Deed.HANG_UP: What.HUNG_UP}
"""What is tried again until the carrier has done it, and then written down."""

TRIES: Final = 3
"""After so many tries that failed in our own house nobody waits any longer for a telephone to ring."""

_ENDS_A_CALL: Final = (Deed.HANG_UP, Deed.GIVE_UP, Deed.LEAD_OUT)
_OVER_ALREADY: Final = (404, 20404, 21220)
"""The carrier's codes for a call that is not in progress any more."""

_log = Log("bridge")


@dataclass(frozen=True)
class Attendant:
    """One for each console process. `directory` opens duty numbers, `outside` reaches people."""

    db: Database
    outside: Outside
    directory: Directory = field(repr=False)
    public_url: str
    tickets: Tickets = field(default_factory=Tickets, repr=False)
    patience: Patience = field(default_factory=Patience, repr=False)

    @property
    def speed(self) -> float:
        """How fast the line's clock runs beside the carrier's."""
        return self.outside.speed

    @property
    def _placing(self) -> Placing:
        return Placing(self.outside, self.directory, self.public_url, self.tickets)

    def expect(self, bridge_id: str, number: Number, *, at: datetime) -> None:
        """Remember the number for when the handler has pressed the key."""
        self.tickets.keep(bridge_id, number, at=at, lasts=A_TICKET_LASTS * self.speed)

    def attend(self, at: datetime) -> int:
        """Do everything that is to be done now, once. How many things that was."""
        self.tickets.forget_old(at=at)
        waiting = self.tickets.bridges()
        with self.db.reading() as session:
            bridges = bridge_queries.open_ones(session, at=at)
            due = [step for bridge in bridges for step in self._due(session, bridge, at)]
        self.tickets.forget(waiting - {bridge.id for bridge in bridges if _wants_a_number(bridge)})
        return sum(self._try(step, at) for step in due if self.patience.is_over(step, at=at))

    def is_busy(self, at: datetime) -> bool:
        """Whether there is a bridge to attend to."""
        with self.db.reading() as session:
            return bool(bridge_queries.open_ones(session, at=at))

    def _due(self, session: Session, bridge: Bridge, at: datetime) -> list[Step]:
        """Like `_steps`; one bridge that cannot be read does not stop the others."""
        try:
            return self._steps(session, bridge, at)
        except Exception as trouble:  # noqa: BLE001 - the others are attended to all the same
            _log.error("a bridge could not be looked at", problem=trouble)
            return []

    def _steps(self, session: Session, bridge: Bridge, at: datetime) -> list[Step]:
        """What is to be done; also when the leave to seek the person is lost while their telephone rings."""
        allowed = not is_sought(bridge) or leave_for(session, bridge, at=at) is not None
        return steps(bridge, at=at, speed=self.speed, allowed=allowed)

    def _try(self, step: Step, at: datetime) -> bool:
        """Do it. What goes wrong in one bridge is said aloud, and does not stop the others."""
        try:
            return self._do(step, at)
        except Exception as trouble:  # noqa: BLE001 - the others are attended to all the same
            _log.error("a bridge could not be attended to", problem=trouble, step=step.deed.value)
        self.patience.wait(step, at=at, speed=self.speed)
        if self.patience.tried(step) >= TRIES and step.deed not in _ENDS_A_CALL:
            self._give_up(step, at)
        return False

    def _give_up(self, step: Step, at: datetime) -> None:
        """Nobody waits any longer for what we cannot do."""
        try:
            with self.db.transaction() as session:
                bridging.note(session, bridging.leg_by_id(session, step.leg_id), What.REFUSED, at=at)
        except Exception as trouble:  # noqa: BLE001 - as above
            _log.error("a bridge could not be given up", problem=trouble, step=step.deed.value)

    def _do(self, step: Step, at: datetime) -> bool:
        """Write down that it is done, then do it: of two processes only one gets to the second half."""
        with self.db.transaction() as session:
            leg = bridging.leg_by_id(session, step.leg_id)
            if step not in self._steps(session, leg.bridge, at):
                return False
            known = len(leg.facts)
            say = self._placing.decide(session, step.deed, leg, at)
            changed = len(leg.facts) > known
        return (self._ask_the_carrier(say, step, at) if say else False) or changed

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
        if problem and step.deed in _UNTIL_DONE:
            self.patience.wait(step, at=at, speed=self.speed)
        return problem is None


def _note_answer(
    session: Session, leg: Leg, deed: Deed, ref: str | None, problem: CarrierError | None, *, at: datetime
) -> None:
    """The reference of a call that was made; or that none was, so that nobody waits for it. What else failed is done
    again, but a call that came in stays as it is when the carrier will not move it."""
    leg.ref = leg.ref or ref
    if problem is None and deed in _UNTIL_DONE:
        bridging.note(session, leg, _UNTIL_DONE[deed], at=at)
    will_not = problem is not None and not problem.maybe_done
    for_good = deed is Deed.LEAD_IN and problem is not None and problem.trouble is not Trouble.TRANSIENT
    if will_not and (deed in _AT_ONCE_OR_NEVER or for_good):
        bridging.note(session, leg, What.REFUSED, at=at)


def _wants_a_number(bridge: Bridge) -> bool:
    return not any(leg.has(What.CALLED, *ENDS) for leg in bridge.legs if leg.role == Role.PERSON)
