"""Why a promise was broken: said once by whoever has the case or by the coordinator, and shown until it is."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.cases.breaches import BREACH_REASONS
from app.cases.models import Case
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import from_our_pages
from app.console.forms import Chosen
from app.console.site import ASite
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/breach")
def explain(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Say why. Said again it is corrected: by a new row, the old one stays."""
    code = posted.get("breach", "")
    with site.db.transaction() as session:
        case: Case | None = kept_case(session, reference, who, at=now, may=sight.may_explain)
        is_said = case is not None and code in BREACH_REASONS
        if case and is_said:
            case.explain_breach(code, by=who.person(session), at=now)
    if case is None:
        raise sight.no_such_case()
    if not is_said:
        return page_again(site, case, who, Chosen(mistakes={"breach": "mistake.breach"}), at=now)
    return RedirectResponse(f"{address(case)}#breach", status_code=303)
