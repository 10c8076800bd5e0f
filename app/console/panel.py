"""What the case page says about calling the person: whether, what will happen, how far it has come, how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.cases import bridging, calls
from app.cases.bridge_stages import Stage, stage
from app.cases.bridges import A_CALL_LASTS, Bridge, Role, What
from app.cases.facts import Approach
from app.cases.models import Case
from app.cases.outreach import Permit, Refused
from app.cases.queries import joined_into
from app.cases.reach import may_seek
from app.console import sight
from app.console.doors import SignedIn
from app.console.paper import Paper
from app.staff.directory import everyone
from app.staff.models import ChannelKind, Person
from app.staff.roles import Role as StaffRole

OUTCOMES: Final = ("reached", "no_answer", "voicemail", "wrong_person", "not_safe_now")
"""What a handler may say of a call that we placed for them."""

NEWS_FOR: Final = timedelta(minutes=30)
"""How long a call that reached nobody is told of above the button; after that it stands among the attempts."""

_IN_VAIN: Final = {
    What.REFUSED: "refused",
    What.MACHINE: "machine",
    What.BUSY: "busy",
    What.FAILED: "failed",
}


@dataclass(frozen=True)
class Panel:
    """Everything that the panel shows to one reader at one moment. No number is in it."""

    by_hand: bool
    """There is no carrier here: calls are made by hand."""

    answer: Permit | Refused
    stage: Stage | None
    bridge: Bridge | None
    busy: bool
    """The reader's telephone is in a call already."""

    has_caller: bool
    """The reader has the one who called on the line just now."""

    colleagues: Sequence[Person]
    """Who can be brought into the conversation, interpreters last."""

    @property
    def may_call(self) -> bool:
        """Whether the button is there."""
        return isinstance(self.answer, Permit) and not (self.by_hand or self.busy)

    @property
    def permit(self) -> Permit | None:
        """The leave there is, or None."""
        return self.answer if isinstance(self.answer, Permit) else None

    @property
    def refused(self) -> Refused | None:
        """Why there is none."""
        return self.answer if isinstance(self.answer, Refused) else None

    @property
    def is_live(self) -> bool:
        """Whether it changes by itself from one second to the next."""
        return self.has_caller or (self.stage is not None and self.stage.goes_on)

    @property
    def asks(self) -> bool:
        """Whether how it went is what is wanted to know now."""
        return self.stage is Stage.ASKS

    @property
    def in_vain(self) -> str:
        """Why nobody was reached: the end of a key of the catalogue."""
        person = self.bridge.leg_of(Role.PERSON) if self.bridge else None
        return next((word for what, word in _IN_VAIN.items() if person and person.has(what)), "no_answer")

    @property
    def others(self) -> list[tuple[str, str]]:
        """Colleagues in this bridge: alias, and `in`, `rings` or `gone`."""
        legs = [leg for leg in self.bridge.staff if leg.role == Role.COLLEAGUE] if self.bridge else []
        how = {leg.id: "gone" if leg.ended else "in" if leg.is_in else "rings" for leg in legs}
        return [(leg.person.alias, how[leg.id]) for leg in legs if leg.person]


def panel_for(session: Session, case: Case, paper: Paper) -> Panel | None:
    """The panel for this reader, or None where calling the person is not for them."""
    at, who = paper.times.now, paper.who
    bridge = current(session, case, at=at)
    caller = on_the_line(session, case, who, at=at)
    theirs = bridge is not None and any(leg.person_id == who.person_id for leg in bridge.staff)
    if case.closure or case.join or not (sight.keeps(case, who) or theirs or caller):
        return None
    busy = who.person_id in bridging.on_the_phone(session, at=at) | calls.talking(session, at=at)
    return Panel(
        by_hand=paper.site.attending is None,
        answer=may_seek(session, case, "call", at=at),
        stage=stage_at(bridge, at) if bridge else None,
        bridge=bridge,
        busy=busy,
        has_caller=caller is not None,
        colleagues=colleagues(session, who),
    )


def current(session: Session, case: Case, *, at: datetime) -> Bridge | None:
    """The bridge that is news: it goes on, nobody has said how it went, or it came to an end just now."""
    bridge = bridging.latest(session, [case.id, *(one.id for one in joined_into(session, case))])
    if bridge is None:
        return None
    now = stage_at(bridge, at)
    return bridge if now.goes_on or now is Stage.ASKS or at - bridge.at < NEWS_FOR else None


def stage_at(bridge: Bridge, at: datetime) -> Stage:
    """How far it has come. One of whose end nobody told us, hours ago, is over all the same."""
    found = stage(bridge)
    if not found.goes_on or at - bridge.at < A_CALL_LASTS:
        return found
    return Stage.ASKS if bridge.leg_of(Role.PERSON).has(What.CALLED) else Stage.NOT_PICKED_UP


def on_the_line(session: Session, case: Case, who: SignedIn, *, at: datetime) -> Approach | None:
    """The call in which this reader has the person on the line, where it can be brought into a room."""
    talks = who.person_id in calls.talking(session, at=at)
    for one in (case, *joined_into(session, case)) if talks else ():
        for approach in one.approaches:
            connection = approach.connection
            is_mine = connection is not None and connection.person_id == who.person_id
            if connection and is_mine and connection.end is None and connection.ref:
                return None if bridging.of_approach(session, approach.id) else approach
    return None


def colleagues(session: Session, who: SignedIn) -> list[Person]:
    """Who can be rung into a conversation: those who answer, and interpreters."""
    wanted = {StaffRole.HANDLER, StaffRole.COORDINATOR, StaffRole.INTERPRETER}
    found = [
        person
        for person in everyone(session)
        if person.id != who.person_id and not wanted.isdisjoint(person.roles) and person.channel(ChannelKind.PHONE)
    ]
    return sorted(found, key=lambda person: (StaffRole.INTERPRETER in person.roles, person.alias))
