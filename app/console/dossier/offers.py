"""What units are asked, and what they answer: by their own people on a page of their own, or by word to whoever has the
case. A unit sees the reference and for how long the person has waited; nothing opens here."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import going_on, ids_of_whole, locked, that_goes_on
from app.console import sight
from app.console.deeds import ADeed
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only
from app.console.dossier import fields
from app.console.dossier.glance import Asked, in_words
from app.console.dossier.leads import led
from app.console.dossier.reading import subject_of
from app.console.dossier.sheet import page
from app.console.paper import paper_for
from app.console.site import ASite
from app.console.units import units_of
from app.programme.apply import current
from app.programme.knowledge import Knowledge
from app.routing import deciding
from app.routing.models import NoReason, Offer, Word
from app.web import Now, Posted

router = APIRouter(prefix="/console/offers", dependencies=[Depends(from_our_pages)])


@router.get("")
def waiting(site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """What waits for an answer of the reader's own units."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*CASE_ROLES), action="case.listed")
    with site.db.reading() as session:
        knowledge, units = current(session).knowledge, units_of(session, who)
        asked = ((one, _whole(session, one)) for one in deciding.offered_to(session, units))
        theirs = [(one, case) for one, case in asked if not case.excludes(who.person_id)]
        found = [_with_its_case(session, case, one, knowledge) for one, case in theirs]
        paper = paper_for(session, site, who, at=now)
        names = [knowledge.unit[unit].name for unit in units if unit in knowledge.unit]
        return page(paper, "dossier/offers", None, asked=found, units=names, why_not=[each.value for each in NoReason])


@router.post("/{offer_id}/answer")
def answer(offer_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """The unit takes it on, or the next in line is asked. For its own people, and for whoever has the case."""
    why = fields.one_of(posted, "because", NoReason)
    with site.db.transaction() as session:
        offer = session.get(Offer, offer_id)
        case = locked(session, going_on(session, offer.case_id).id) if offer else None
        word = _word(session, case, offer, who) if case and offer else None
        if case is None or offer is None or word is None:
            record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because="offer")
        elif posted.get("answer") == "accepted" and offer.answer is None:
            deciding.accept(session, subject_of(case), offer, by=who.person(session), word=word, at=now)
        elif why and offer.answer is None and offer.may_be_declined:
            deciding.decline(session, subject_of(case), offer, why, by=who.person(session), word=word, at=now)
    if case is None or word is None:
        raise sight.no_such_case()
    theirs = f"/console/cases/{case.reference}/dossier#offers"
    return RedirectResponse(theirs if word is Word.HANDLER else "/console/offers", status_code=303)


def _whole(session: Session, offer: Offer) -> Case:
    """The case that it goes on as part of."""
    return that_goes_on(session, session.get_one(Case, offer.case_id))


def _with_its_case(session: Session, case: Case, offer: Offer, knowledge: Knowledge) -> Asked:
    due = case.due_at if case.awaits_contact else None
    leads = led(session, ids_of_whole(session, case), knowledge)
    return replace(in_words(offer, knowledge), reference=case.reference, due_at=due, led=leads)


def _word(session: Session, case: Case, offer: Offer, who: SignedIn) -> Word | None:
    """By whose word they may answer; None: it is not theirs to."""
    if case.excludes(who.person_id):
        return None
    if offer.unit in units_of(session, who):
        return Word.UNIT
    return Word.HANDLER if sight.keeps(case, who) else None
