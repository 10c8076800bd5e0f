"""Who leads among several routes, in words: on the cover, on the case's page, and to every unit that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.programme.knowledge import Knowledge
from app.routing.leading import leading
from app.routing.models import Offer, OfferAnswer


@dataclass(frozen=True)
class Led:
    """The unit that has the lead now; who decided on the route, and by whose decline it came to that unit."""

    unit: str
    by: str
    at: datetime
    passed: Sequence[tuple[str, OfferAnswer]]
    """The units that said no, the first one first, and what they said."""

    decision_id: str
    place: int

    def goes_with(self, offer: Offer) -> bool:
        """Whether whoever takes this on leads."""
        return (offer.decision_id, offer.place) == (self.decision_id, self.place)


def led(session: Session, cases: Sequence[str], knowledge: Knowledge) -> Led | None:
    """Who leads in these cases; None before anybody decided."""
    now = leading(session, cases)
    if now is None:
        return None
    passed = [(named(knowledge, offer.unit), offer.answer) for offer in now.declined if offer.answer]
    lead = now.lead
    return Led(named(knowledge, now.unit), lead.by.alias, lead.at, passed, lead.decision_id, lead.place)


def named(knowledge: Knowledge, unit: str) -> str:
    """The unit's name; one that the city's knowledge has forgotten stays an id."""
    found = knowledge.unit.get(unit)
    return found.name if found else unit
