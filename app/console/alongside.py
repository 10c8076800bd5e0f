"""What the case page says of colleagues who work on a case besides its holder, and whom a reader may bring in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.cases.co_handling import LONGEST, REASONS, CoHandling
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.console import sight
from app.console.doors import SignedIn
from app.console.paper import Paper
from app.escalation import beside
from app.escalation.other_side import on_the_other_side
from app.programme.apply import current
from app.staff.models import Person
from app.staff.roles import Role

A_WHILE: Final = timedelta(days=14)
"""What is proposed."""


@dataclass(frozen=True)
class Alongside:
    """What a case's page says of it to one reader."""

    now: Sequence[CoHandling]
    before: Sequence[CoHandling]
    may_add: bool
    aliases: Sequence[str]
    teams: Sequence[str]
    reasons: Sequence[str]
    proposed: date
    first: date
    last: date
    own_id: str
    """The reader's own, which they may end themselves."""


def may_add(case: Case, who: SignedIn) -> bool:
    """Whether they decide on it: whoever answers for the case, and coordinators."""
    return sight.answers_for(case, who) or (who.may(Role.COORDINATOR) and not case.excludes(who.person_id))


def alongside(session: Session, case: Case, paper: Paper) -> Alongside | None:
    """For whoever works on the case or decides on it; None for others, and where there is nothing to say."""
    who, today = paper.who, paper.times.now.astimezone(paper.times.zone).date()
    decides = may_add(case, who) and is_somebodys(case)
    if case.is_canary or not (decides or sight.keeps(case, who)) or not (decides or case.co_handlings):
        return None
    aliases = [person.alias for person in eligible(session, case, who)] if decides else []
    teams = [team.name for team in current(session).team if not {*team.members}.isdisjoint(aliases)]
    mine = next((one.id for one in case.co_handlers if one.person_id == who.person_id), "")
    return Alongside(
        now=case.co_handlers if not (case.closure or case.join) else [],
        before=[one for one in case.co_handlings if one.end or case.closure or case.join],
        may_add=decides,
        aliases=aliases,
        teams=teams,
        reasons=REASONS,
        proposed=today + A_WHILE,
        first=today + timedelta(days=1),
        last=today + LONGEST - timedelta(days=1),
        own_id=mine,
    )


def is_somebodys(case: Case) -> bool:
    """Whether it is open, and somebody has it whom a colleague could work beside."""
    return not (case.closure or case.join or case.is_canary) and case.standing is not Standing.WAITING


def eligible(session: Session, case: Case, who: SignedIn) -> Sequence[Person]:
    """Nobody excluded, nobody who works on the other side of a conflict, and not whoever asks. That they are left out
    says nothing of why."""
    shut_out = on_the_other_side(session, case) | {who.person_id}
    return beside.eligible(session, case, shut_out=shut_out)
