"""What the case page says about calling the person: whether, what will happen, how far it has come, how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from app.cases.bridge_stages import Stage, as_seen, counts, may_say
from app.cases.bridges import Bridge, Leg, Role, What
from app.cases.models import Case
from app.cases.reach import may_seek
from app.console import sight
from app.console.colleagues import Colleague, colleagues, on_the_phone
from app.console.conversation import current, on_the_line, outcomes_of, stage_at
from app.console.doors import SignedIn
from app.console.leave import Answered
from app.console.paper import Paper

_IN_VAIN: Final = {
    What.REFUSED: "refused",
    What.MACHINE: "machine",
    What.BUSY: "busy",
    What.FAILED: "failed",
}


@dataclass(frozen=True)
class Other:
    """A colleague in the same bridge."""

    alias: str
    how: str
    """`in`, `rings` or `gone`."""

    leads: bool
    """They can go on alone with the person: an interpreter cannot."""


@dataclass(frozen=True)
class Panel(Answered):
    """Everything that the panel shows to one reader at one moment. No number is in it."""

    stage: Stage | None
    """How far it has come, for this reader."""

    bridge: Bridge | None
    busy: bool
    """The reader's telephone is in a call already."""

    keeps: bool
    """The case is the reader's: they may call."""

    may_say: bool
    """The reader can tell how the call went."""

    has_caller: bool
    """The reader has the one who called on the line just now."""

    others: Sequence[Other]
    colleagues: Sequence[Colleague]
    """Who can be brought into the conversation, interpreters last."""

    @property
    def may_call(self) -> bool:
        """Whether the button is there."""
        return self.keeps and self.permit is not None and not (self.by_hand or self.busy)

    @property
    def goes_on(self) -> bool:
        """Whether telephones ring or people talk."""
        return self.stage is not None and self.stage.goes_on

    @property
    def is_live(self) -> bool:
        """Whether it changes by itself from one second to the next."""
        return self.has_caller or self.goes_on

    @property
    def is_talk(self) -> bool:
        """Whether the reader has the person on the line."""
        return self.has_caller or self.stage is Stage.TALKING

    @property
    def is_watched(self) -> bool:
        """Whether the page looks again by itself: also until the reader's telephone is free."""
        return self.is_live or self.busy

    @property
    def may_stop(self) -> bool:
        """Whether nobody but the reader is rung yet."""
        return self.stage is Stage.RINGS_YOU and self.keeps

    @property
    def asks(self) -> bool:
        """Whether how it went is what is wanted to know now, of this reader."""
        return self.stage is Stage.ASKS and self.may_say

    @property
    def outcomes(self) -> Sequence[str]:
        """What can be said of it."""
        return outcomes_of(self.bridge) if self.bridge else ()

    @property
    def may_leave(self) -> bool:
        """Whether somebody else is there who can go on with the person: then the reader may hang up."""
        return self.is_talk and any(other.how == "in" and other.leads for other in self.others)

    @property
    def must_stay(self) -> bool:
        """Whether the reader would leave the person alone with an interpreter."""
        return self.is_talk and not self.may_leave and any(other.how == "in" for other in self.others)

    @property
    def in_vain(self) -> str:
        """Why nobody was reached: the end of a key of the catalogue."""
        person = self.bridge.leg_of(Role.PERSON) if self.bridge else None
        return next((word for what, word in _IN_VAIN.items() if person and person.has(what)), "no_answer")


def panel_for(session: Session, case: Case, paper: Paper) -> Panel | None:
    """The panel for this reader, or None where calling the person is not for them."""
    at, who = paper.times.now, paper.who
    bridge = current(session, case, at=at)
    caller = on_the_line(session, case, who, at=at)
    found = as_seen(stage_at(bridge, at), bridge, who.person_id) if bridge else None
    can_say = bridge is not None and may_say(bridge, who.person_id)
    keeps = sight.keeps(case, who)
    concerned = found is not None and (can_say or found.goes_on) and found is not Stage.ELSEWHERE
    if case.closure or case.join or not (keeps or caller or concerned):
        return None
    return Panel(
        by_hand=paper.site.attending is None,
        answer=may_seek(session, case, "call", at=at),
        stage=found,
        bridge=bridge,
        busy=who.person_id in on_the_phone(session, at=at),
        keeps=keeps,
        may_say=can_say,
        has_caller=caller is not None,
        others=_others(bridge, who) if bridge else [],
        colleagues=colleagues(session, case, who, at=at),
    )


def _others(bridge: Bridge, who: SignedIn) -> list[Other]:
    """The rest of the staff in it; of several telephones of one the last."""
    last = {leg.person_id: leg for leg in bridge.staff if leg.person_id != who.person_id}
    return [Other(leg.person.alias, _how(leg), counts(leg)) for leg in last.values() if leg.person]


def _how(leg: Leg) -> str:
    return "gone" if leg.ended else "in" if leg.is_in else "rings"
