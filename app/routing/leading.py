"""Of several routes at once one leads (D6): whose, who decided it, and to whom it passed when a unit said no.

The lead stands with a route of a decision and not with a unit, so that a decline passes it on with the route; whoever
wants another route to lead decides anew, with reasons. It is clear, unlike the routes: each unit that is asked sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.routing import papers
from app.routing.models import Decision, Lead, Offer
from app.routing.subject import Subject
from app.staff.models import Person


@dataclass(frozen=True)
class Leading:
    """The lead as it is now: the unit that has it, by its id, and the offers by whose decline it came there."""

    lead: Lead
    unit: str
    declined: Sequence[Offer]

    def goes_with(self, offer: Offer) -> bool:
        """Whether whoever takes this on leads."""
        return (offer.decision_id, offer.place) == (self.lead.decision_id, self.lead.place)


def take_the_lead(
    session: Session, subject: Subject, decision: Decision, place: int, *, by: Person, at: datetime, source: str
) -> None:
    """Somebody decided which of the routes leads, in the decision itself."""
    kept = papers.note(session, Lead, subject, by=by, at=at, source=source, decision_id=decision.id, place=place)
    if kept:
        subject.log(session, "lead.decided", by=by.alias, at=at, unit=_first_in_line(decision, place))


def leading(session: Session, cases: Sequence[str]) -> Leading | None:
    """Who leads by the last decision in these cases; None before there is one."""
    last = papers.of(session, Lead, cases)[-1:]
    return _as_it_is_now(session, last[0]) if last else None


def _as_it_is_now(session: Session, lead: Lead) -> Leading:
    asked = select(Offer).where(Offer.decision_id == lead.decision_id, Offer.place == lead.place)
    offers = session.scalars(asked.order_by(Offer.nth)).all()
    unit = offers[-1].unit if offers else _first_in_line(lead.decision, lead.place)
    return Leading(lead, unit, [offer for offer in offers if offer.answer and not offer.answer.accepted])


def _first_in_line(decision: Decision, place: int) -> str:
    return next(line.unit for line in decision.lines if (line.place, line.nth) == (place, 0))
