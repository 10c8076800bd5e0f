"""The second person: reads one disclosure, and says yes or no. Whoever decided it cannot."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier.fields import Mistakes
from app.console.dossier.leaving import against
from app.console.dossier.reading import opened, subject_of
from app.console.dossier.sheet import page, shut
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.routing import disclosures, papers, wording
from app.routing.disclosures import Disclosure, Told
from app.web import Now, Posted

router = APIRouter(
    prefix="/console/cases/{reference}/disclosures/{disclosure_id}", dependencies=[Depends(from_our_pages)]
)


@router.post("/reading")
def read(reference: str, disclosure_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Show the one disclosure they are asked about, and nothing else of the case."""
    case = _noted(site, reference, disclosure_id, who, at=now)
    try:
        return _shown(site, case, disclosure_id, who, at=now)
    except DygnetError as problem:
        return shut(site, case, who, problem, {}, at=now)


@router.post("/second")
def second(reference: str, disclosure_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """They agree, or they do not. Yes is said to what may leave now, and not to what might when it was decided."""
    agrees = posted.get("agreed") == "yes"
    if agrees:
        case = _noted(site, reference, disclosure_id, who, at=now)
        try:
            if wrong := _against(site, case, disclosure_id, who, at=now):
                return _shown(site, case, disclosure_id, who, at=now, mistakes=wrong)
        except DygnetError as problem:
            return shut(site, case, who, problem, {}, at=now)
    with site.db.transaction() as session:
        found, asked = _asked(session, reference, disclosure_id, who, at=now)
        if found and asked and posted.get("agreed") in ("yes", "no"):
            disclosures.second(session, subject_of(found), asked, agreed=agrees, by=who.person(session), at=now)
    if found is None or asked is None:
        raise sight.no_such_case()
    return RedirectResponse(f"/console/cases/{found.reference}/dossier", status_code=303)


def may_second(case: Case, who: SignedIn) -> bool:
    """Whether they can be somebody's second in this case: they have it too, or they oversee all."""
    return (sight.keeps(case, who) or sight.oversees(who)) and not case.excludes(who.person_id)


def _noted(site: Site, reference: str, disclosure_id: str, who: SignedIn, *, at: datetime) -> Case:
    """The case, after the log took note of who reads the one disclosure."""
    with site.db.transaction() as session:
        case, asked = _asked(session, reference, disclosure_id, who, at=at)
        if case and asked:
            case.log("disclosure.read", by=who.alias, at=at, because="supervision")
            return case
    raise sight.no_such_case()


def _shown(
    site: Site, case: Case, disclosure_id: str, who: SignedIn, *, at: datetime, mistakes: Mistakes | None = None
) -> Response:
    with site.db.reading() as session:
        whole = session.get_one(Case, case.id)
        with opened(session, whole, site, who, at=at) as reading:
            row = session.get_one(Disclosure, disclosure_id)
            told = papers.read(row, Told, reading.keys)
            values = {
                "row": row,
                "told": told,
                "receiver": wording.named(reading.knowledge.receiver, told.receiver, who.language),
                "mistakes": mistakes or {},
            }
            paper = paper_for(session, site, who, at=at)
            return page(paper, "dossier/second", whole, status=422 if mistakes else 200, **values)


def _against(site: Site, case: Case, disclosure_id: str, who: SignedIn, *, at: datetime) -> Mistakes:
    """What speaks against it by now: a consent taken back, a basis that is blocked, a receiver that is gone."""
    with site.db.reading() as session, opened(session, session.get_one(Case, case.id), site, who, at=at) as reading:
        asked = session.get_one(Disclosure, disclosure_id)
        return against(reading, papers.read(asked, Told, reading.keys).wanted)


def _asked(
    session: Session, reference: str, disclosure_id: str, who: SignedIn, *, at: datetime
) -> tuple[Case | None, Disclosure | None]:
    """The case, and what waits for a second in it, where that may be them; otherwise a refusal in the log."""
    case = kept_case(session, reference, who, at=at, may=may_second)
    waiting = disclosures.awaiting_second(session, ids_of_whole(session, case)) if case else []
    return case, next((row for row in waiting if row.id == disclosure_id and row.by_id != who.person_id), None)
