"""Whom a step means: the words of the programme file as people, at a moment. Never nobody while anybody works here.

Who is excluded from a case is never among them. Who is away is not, unless it is their case or nobody else is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

from sqlalchemy.orm import Session

from app.cases.facts import Approach
from app.cases.models import Case
from app.escalation import fairness
from app.escalation.models import Escalation
from app.notifications.reach import Reach
from app.oncall.duty import Someone, duty, remembered_duty
from app.oncall.order import Wanted
from app.programme.fields import Tier
from app.staff import directory
from app.staff.models import Colleague, Person


class Watch:
    """Who works here and who is on duty at a moment, and how each is reached: looked up once, for whatever is due."""

    def __init__(self, session: Session, *, at: datetime) -> None:
        self.session = session
        self.at = at
        self.staff = directory.colleagues(session)
        self.on_duty = remembered_duty(session, at)
        self.reach = Reach(session)


@dataclass(frozen=True)
class _Line:
    """Who may answer for one case."""

    watch: Watch
    case: Case

    @cached_property
    def ring_order(self) -> list[Colleague]:
        """Everybody to try, one after another: on call, backup, standing chain."""
        tiers = (person for tier in Tier for person in self.tier(tier))
        return _once([*tiers, *self.free(self.watch.on_duty.chain)])

    @property
    def everybody(self) -> list[Colleague]:
        """The whole staff, without those who are excluded from the case."""
        return self.free(self.watch.staff)

    def tier(self, tier: Tier) -> list[Colleague]:
        """Who holds the tier, the best placed for this case first."""
        return self.ordered(self.watch.on_duty.holders[tier])

    def ordered(self, people: Iterable[Colleague]) -> list[Colleague]:
        """Those who may have the case, the best placed for it first."""
        found, watch = self.free(people), self.watch
        return fairness.ordered(watch.session, found, wanted_by(self.case), at=watch.at) if found[1:] else found

    def here(self, people: Iterable[Colleague]) -> list[Colleague]:
        """Those who may have the case and are not away."""
        return [person for person in self.free(people) if person.alias not in self.watch.on_duty.away]

    def free(self, people: Iterable[Colleague]) -> list[Colleague]:
        """Those who are not excluded from the case."""
        return [person for person in people if not self.case.excludes(person.id)]


def people(watch: Watch, case: Case, escalation: Escalation, wanted: Sequence[str]) -> Sequence[Colleague]:
    """Everyone the step names, each once, in the order it names them; of a tier or a role the best placed first.

    When none of them has a telephone: the ring order, and when nobody there has one either, everybody who works here.
    """
    line, passed = _Line(watch, case), {each.person_id for each in escalation.passes}
    found = [person for word in wanted for person in _named(line, word, passed)]
    named = _once(found)
    if any(person.has_telephone for person in named):
        return named
    return _first_reachable(named, line.ring_order, line.everybody)


def next_for(session: Session, case: Case, *, at: datetime) -> Colleague | None:
    """Who is responsible for a case whose responsible person may not have it any more."""
    line = _Line(Watch(session, at=at), case)
    return next(iter(_first_reachable(line.ring_order, line.everybody)), None)


def ring_order(session: Session, case: Case, call: Approach) -> Sequence[Person]:
    """Whose telephones are tried for a call, one after another, as it stood when the call came in.

    Everybody has their place, also who is excluded from the case: the one who rings passes them over.
    """
    on_duty, tags = duty(session, call.at), {call.role} | {preference.tag for preference in case.preferences}
    wanted = Wanted(frozenset([call.language]), frozenset(tags))
    tiers = (fairness.ordered(session, on_duty.holders[tier], wanted, at=call.at) for tier in Tier)
    return _once([*chain.from_iterable(tiers), *on_duty.chain])


def first_in_line(session: Session, *, at: datetime) -> Colleague | None:
    """Who is responsible for a case that was opened this moment: whom a step for `on-call` would name first.

    Of a new case nothing is known yet, so that nobody fits it better; who has been woken least comes first.
    """
    now_on_duty = remembered_duty(session, at)
    order = now_on_duty.ring_order
    on_call = fairness.ordered(session, now_on_duty.holders[Tier.ON_CALL], Wanted(), at=at)
    found = _first_reachable(on_call or order[:1], order, directory.colleagues(session))
    return next(iter(found), None)


def wanted_by(case: Case) -> Wanted:
    """What the case would be best served by: its approaches' languages, who they said they are, and what they wish."""
    tags = {approach.role for approach in case.approaches} | {preference.tag for preference in case.preferences}
    return Wanted(frozenset(approach.language for approach in case.approaches), frozenset(tags))


def _first_reachable(*lines: Sequence[Someone]) -> Sequence[Someone]:
    """The first line in which anybody has a telephone; the first that is not empty when nobody has one at all."""
    reachable = (line for line in lines if any(person.has_telephone for person in line))
    return next(reachable, None) or next(filter(None, lines), ())


def _named(line: _Line, word: str, passed: Collection[str]) -> Iterable[Colleague]:
    order, staff = line.ring_order, line.watch.staff
    next_ones = [person for person in order if person.id not in passed] or order
    match word:
        case "on-call":
            return [person for person in line.tier(Tier.ON_CALL) if person in next_ones] or next_ones[:1]
        case "backup":
            return [person for person in line.tier(Tier.BACKUP) if person.id not in passed] or next_ones[1:2]
        case "holder":
            named = line.case.hold or line.case.responsible
            return line.free(person for person in staff if named and person.id == named.person_id)
        case "coordinator" | "manager":
            return line.here(person for person in staff if word in person.roles)
        case alias:
            return line.here(person for person in staff if person.alias == alias)


def _once(found: Iterable[Someone]) -> list[Someone]:
    return list({person.id: person for person in found}.values())
