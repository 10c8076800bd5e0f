"""A package from another house: read by whoever has the case it became, and the person taken over, or not.

Until somebody says yes the other house still owns them, and its clock runs; so does the one here. A no ends the case
here, and takes what was in the package with it.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole, locked
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier import fields
from app.console.dossier.reading import subject_of
from app.console.dossier.sheet import page, shut
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.programme.apply import current
from app.routing import handover_came
from app.routing.handover_directory import partner
from app.routing.handover_models import PackageCame
from app.routing.models import NoReason
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/arrivals/{package_id}", dependencies=[Depends(from_our_pages)])


@router.post("/reading")
def read(reference: str, package_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """What is in it, and the two answers."""
    case = _noted(site, reference, package_id, who, at=now)
    try:
        with site.db.reading() as session:
            whole, came = session.get_one(Case, case.id), session.get_one(PackageCame, package_id)
            with site.rota.opened(session, who.hand, handover_came.sealed_to(came)) as rota:
                contents = handover_came.opened(came, rota)
            name = partner(current(session).knowledge, came.sender).name
            paper = paper_for(session, site, who, at=now)
            why_not = [each.value for each in NoReason]
            return page(paper, "dossier/arrived", whole, came=came, contents=contents, sender=name, why_not=why_not)
    except DygnetError as problem:
        return shut(site, case, who, problem, {}, at=now)


@router.post("/answer")
def answer(reference: str, package_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Take the person over, or say why not. The receipt goes back to the house that sent them."""
    because = fields.one_of(posted, "because", NoReason)
    accepted = posted.get("answer") == "accepted"
    case = _noted(site, reference, package_id, who, at=now)
    try:
        if accepted or because:
            _answer(site, case, package_id, who, None if accepted else because, at=now)
    except DygnetError as problem:
        return shut(site, case, who, problem, {}, at=now)
    return RedirectResponse(f"/console/cases/{case.reference}/dossier", status_code=303)


def _answer(site: Site, case: Case, package_id: str, who: SignedIn, because: NoReason | None, *, at: datetime) -> None:
    with site.db.transaction() as session:
        whole, came = locked(session, case.id), session.get_one(PackageCame, package_id)
        to, by = partner(current(session).knowledge, came.sender), who.person(session)
        with site.rota.opened(session, who.hand, handover_came.sealed_to(came)) as rota:
            handover_came.answer(session, subject_of(whole), came, to=to, because=because, rota=rota, by=by, at=at)
        if because and not whole.closure:
            whole.hand_back(by=by, at=at)


def _noted(site: Site, reference: str, package_id: str, who: SignedIn, *, at: datetime) -> Case:
    """Their case, with that package waiting for an answer; the entry is committed before anything opens."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=at)
        waits = case is not None and _waits(session, case, package_id)
        if case and not waits:
            sight.refuse(session, reference, who, at=at)
        elif case:
            case.log("case.revealed", by=who.alias, at=at, because="handover", what="handover", via="dossier")
    if case is None or not waits:
        raise sight.no_such_case()
    return case


def _waits(session: Session, case: Case, package_id: str) -> bool:
    came = handover_came.came_to(session, ids_of_whole(session, case))
    return any(one.id == package_id and one.answer is None for one in came)
