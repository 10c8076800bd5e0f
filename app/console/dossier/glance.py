"""What is seen of a case's dossier without a key: on its cover, on the case's page, and in lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from app.cases.facts import Closure, FirstContact, Join
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console.dossier.leads import Led, led, named
from app.programme.apply import current
from app.programme.knowledge import Knowledge
from app.routing import advice, children, deciding, disclosures, handover_came, handover_sent, papers, screening
from app.routing.advice import AdviceOrCase
from app.routing.disclosures import Disclosure
from app.routing.handover_models import PackageCame, PackageSent
from app.routing.models import Alarm, Conversation, Offer

_DECIDED_BY_ITS_END = ("advice", "handed_over")


@dataclass(frozen=True)
class Asked:
    """An offer in words."""

    offer: Offer
    unit: str
    may_decline: bool
    reference: str = ""
    due_at: datetime | None = None
    led: Led | None = None
    """Who leads in its case, where the units that are asked see it."""


@dataclass(frozen=True)
class Cover:
    """What is known of the dossier without opening it."""

    conversations: int
    alarms: frozenset[Alarm]
    undone: Sequence[str]
    """What the child track still wants."""

    offers: Sequence[Asked]
    seconds: Sequence[Disclosure]
    """Disclosures that wait for a second person."""

    side: AdviceOrCase | None
    came: Sequence[PackageCame] = ()
    """Packages from other houses, answered ones among them."""

    sent: Sequence[PackageSent] = ()
    led: Led | None = None
    """Who leads, of several routes."""

    @property
    def waits_for(self) -> int:
        """How much of it waits for somebody."""
        return (
            len(self.undone)
            + len(self.seconds)
            + sum(asked.offer.answer is None for asked in self.offers)
            + self._packages
        )

    @property
    def _packages(self) -> int:
        """Those that came and nobody answered, and those that came back."""
        back = (one.answer for one in self.sent if one.answer)
        return sum(one.answer is None for one in self.came) + sum(not answer.accepted for answer in back)


def cover_of(session: Session, case: Case) -> Cover:
    """The cover of a case's dossier, with those of the cases that go on as part of it."""
    cases, knowledge = ids_of_whole(session, case), current(session).knowledge
    alarms = screening.raised_in(session, cases)
    return Cover(
        conversations=len(papers.of(session, Conversation, cases)),
        alarms=alarms,
        undone=children.left_undone(session, cases) if Alarm.CHILD_TRACK in alarms else (),
        offers=[in_words(offer, knowledge) for offer in deciding.offers_of(session, cases)],
        seconds=disclosures.awaiting_second(session, cases),
        side=advice.weighed(session, cases),
        came=handover_came.came_to(session, cases),
        sent=handover_sent.sent_by(session, cases),
        led=led(session, cases, knowledge),
    )


def asked_in(session: Session, cases: Sequence[str], knowledge: Knowledge) -> Mapping[tuple[str, int], list[Asked]]:
    """Whom each decided route was offered to, in order, by its decision and its place there."""
    found: dict[tuple[str, int], list[Asked]] = defaultdict(list)
    for offer in deciding.offers_of(session, cases):
        found[offer.decision_id, offer.place].append(in_words(offer, knowledge))
    return found


def in_words(offer: Offer, knowledge: Knowledge) -> Asked:
    """With the unit's name."""
    return Asked(offer, named(knowledge, offer.unit), offer.may_be_declined)


def undecided(session: Session, *, at: datetime, zone: ZoneInfo) -> Sequence[Case]:
    """Cases in which a person was reached before today, and nobody has said whether it is advice or a case.

    14 kap. 2 § SoL (2025:400) leaves no time for that; whoever coordinates sees them each morning, closed ones among
    them. One that ended as advice, or was handed over, is decided by that.
    """
    today = datetime.combine(at.astimezone(zone), time.min, zone)
    ended = exists().where(Closure.case_id == Case.id, Closure.outcome.in_(_DECIDED_BY_ITS_END))
    found = (
        select(Case)
        .join(FirstContact, FirstContact.case_id == Case.id)
        .where(FirstContact.at < today, ~ended, ~advice.is_weighed(Case.id), ~exists().where(Join.case_id == Case.id))
        .order_by(FirstContact.at)
    )
    return session.scalars(found.options(selectinload(Case.exclusions))).all()
