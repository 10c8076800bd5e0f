"""A person decides on routes, units are asked, and what they answer. No decline closes anything or moves a clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.errors import BadInput
from app.programme.knowledge import Knowledge
from app.routing import papers
from app.routing.answers import Answers
from app.routing.kept import Kept
from app.routing.leading import leading, take_the_lead
from app.routing.lines import line_of
from app.routing.models import Decision, LineUnit, NoReason, Offer, OfferAnswer, Word
from app.routing.papers import Keys
from app.routing.routes import Decline, Route
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST_REASON = 2_000
"""Characters of the reasons for a decision."""


class Decided(Kept):
    """The routes that were chosen out of what was proposed, as they were shown, the leading one marked, and why."""

    routes: tuple[Route, ...] = Field(min_length=1)
    passed_over: tuple[Route, ...] = ()
    because: str = Field(min_length=1, max_length=LONGEST_REASON)
    on: date


def decide(
    session: Session,
    subject: Subject,
    decided: Decided,
    answers: Answers,
    knowledge: Knowledge,
    *,
    by: Person,
    at: datetime,
    source: str,
) -> None:
    """Keep the decision, and with it whom each route goes to and who comes next."""
    decision = papers.keep(session, Decision, subject, decided, by=by, at=at, source=source)
    if decision is None:
        return
    for place, route in enumerate(decided.routes):
        for nth, unit in enumerate(line_of(route, answers, knowledge, on=decided.on)):
            rows.write(session, LineUnit, decision_id=decision.id, place=place, nth=nth, unit=unit)
    leads = next((place for place, route in enumerate(decided.routes) if route.lead), 0)
    version = knowledge.municipality.version
    subject.log(session, "route.decided", by=by.alias, at=at, routes=len(decided.routes), knowledge=version)
    take_the_lead(session, subject, decision, leads, by=by, at=at, source=f"{source}.lead")


def offer(session: Session, subject: Subject, decision: Decision, place: int, *, by: Person, at: datetime) -> Offer:
    """Ask the first unit in line for one of the decided routes. Asking twice is asking once."""
    if not any(line.place == place for line in decision.lines):
        raise BadInput("There is no such route in this decision.")
    asked = _of_route(session, decision, place)
    return asked[-1] if asked else _ask(session, subject, decision, place, 0, by=by, at=at)


def accept(session: Session, subject: Subject, offer: Offer, *, by: Person, word: Word, at: datetime) -> None:
    """The unit takes it on. The case's clock stops by a contact and by nothing else."""
    _answer(session, offer, by=by, word=word, at=at, accepted=True)
    subject.log(session, "handover.accepted", by=by.alias, at=at, unit=offer.unit, word=word.value)


def decline(
    session: Session, subject: Subject, offer: Offer, why: NoReason, *, by: Person, word: Word, at: datetime
) -> Offer:
    """The unit says no, and the next in line is asked in the same breath; returns that offer. The lead goes with it."""
    if not offer.may_be_declined:
        raise BadInput("This unit is the last in line and cannot decline: somebody always owns a person.")
    _answer(session, offer, by=by, word=word, at=at, accepted=False, because=why.value)
    subject.log(session, "handover.declined", by=by.alias, at=at, because=why.value, unit=offer.unit, word=word.value)
    following = _ask(session, subject, offer.decision, offer.place, offer.nth + 1, by=by, at=at)
    led = leading(session, [offer.case_id])
    if led and led.goes_with(offer):
        subject.log(session, "lead.passed", by=by.alias, at=at, because=why.value, unit=following.unit)
    return following


def decisions_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[Decision, Decided]]:
    """Every decision, the oldest first."""
    return [(row, papers.read(row, Decided, keys)) for row in papers.of(session, Decision, cases)]


def offers_of(session: Session, cases: Sequence[str]) -> Sequence[Offer]:
    """Every offer of these cases, the oldest first."""
    found = select(Offer).where(Offer.case_id.in_(cases))
    return session.scalars(found.order_by(Offer.at, Offer.place, Offer.nth)).all()


def offered_to(session: Session, units: Collection[str]) -> Sequence[Offer]:
    """What waits for an answer of one of these units, the oldest first."""
    answered = select(OfferAnswer.offer_id)
    found = select(Offer).where(Offer.unit.in_(units), Offer.id.not_in(answered))
    return session.scalars(found.order_by(Offer.at, Offer.id)).all()


def declines(offers: Sequence[Offer], decided: Sequence[tuple[Decision, Decided]]) -> list[Decline]:
    """What has been declined so far, as a proposal wants to know it."""
    routes = {row.id: words.routes for row, words in decided}
    return [
        Decline(route=routes[offer.decision_id][offer.place].kind, unit=offer.unit)
        for offer in offers
        if offer.answer and not offer.answer.accepted
    ]


def _of_route(session: Session, decision: Decision, place: int) -> Sequence[Offer]:
    found = select(Offer).where(Offer.decision_id == decision.id, Offer.place == place)
    return session.scalars(found.order_by(Offer.nth)).all()


def _ask(
    session: Session, subject: Subject, decision: Decision, place: int, nth: int, *, by: Person, at: datetime
) -> Offer:
    unit = next(line.unit for line in decision.lines if (line.place, line.nth) == (place, nth))
    asked = {"decision_id": decision.id, "place": place, "nth": nth, "unit": unit}
    row = rows.write(session, Offer, case_id=subject.case_id, by_id=by.id, at=at, **asked)
    subject.log(session, "handover.offered", by=by.alias, at=at, unit=unit, nth=nth + 1)
    return row


def _answer(
    session: Session, offer: Offer, *, by: Person, word: Word, at: datetime, accepted: bool, because: str | None = None
) -> None:
    said = {"accepted": accepted, "because": because, "word": word.value, "by_id": by.id, "at": at}
    if rows.write_if_new(session, OfferAnswer, unique="offer_id", offer_id=offer.id, **said) is None:
        raise BadInput("This offer has been answered already.")
