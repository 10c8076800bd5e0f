"""The cover of the dossier: what is seen without a key, the way to each sheet, and whether it is advice or a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only
from app.console.dossier import fields
from app.console.dossier.glance import cover_of
from app.console.dossier.reading import subject_of
from app.console.dossier.seconding import may_second
from app.console.dossier.sheet import Sheet, page, turn
from app.console.paper import paper_for
from app.console.site import ASite
from app.routing import advice
from app.routing.advice import Border
from app.routing.models import NoReason
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.get("/dossier")
def show(reference: str, site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """The cover, after the log took note of who looked at it."""
    case = sight.look_at(site.db, reference, who, at=now)
    with site.db.reading() as session:
        whole = session.get_one(Case, case.id)
        return page(
            paper_for(session, site, who, at=now),
            "dossier/cover",
            whole,
            cover=cover_of(session, whole),
            keeps=sight.keeps(whole, who),
            is_open=not whole.closure and not whole.join,
            may_second=may_second(whole, who),
            sides=[each.value for each in Border],
            why_not=[each.value for each in NoReason],
        )


@router.post("/dossier")
def open_sheet(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Turn to a sheet."""
    sheet = fields.one_of(posted, "sheet", Sheet) or Sheet.SCREENING
    return turn(site, reference, who, sheet, at=now)


@router.post("/side")
def weigh(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Decide whether it is advice or a case. Also when the case is closed: it is asked for until somebody has."""
    side = fields.one_of(posted, "side", Border)
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        if case and side:
            told, source = bool(posted.get("told_of_right")), fields.source(posted)
            by = who.person(session)
            advice.weigh(session, subject_of(case), side, told_of_right=told, by=by, at=now, source=source)
    if case is None:
        raise sight.no_such_case()
    return RedirectResponse(f"/console/cases/{case.reference}/dossier#side", status_code=303)
