"""The holder of a case calls a senior from its page, and sees there what became of it."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.site import ASite
from app.escalation import seniors
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/senior")
def call(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Page a coordinator or a manager about this case, by alias or by role: at once, by text and call."""
    with site.db.transaction() as session:
        case: Case | None = kept_case(session, reference, who, at=now, may=sight.keeps)
        asked = case is not None and _ask(session, case, posted.get("whom", ""), who, at=now, speed=site.clock.speed)
    if case is None:
        raise sight.no_such_case()
    if not asked:
        return page_again(site, case, who, Chosen(mistakes={"whom": "mistake.senior"}), at=now)
    return RedirectResponse(f"{address(case)}#senior", status_code=303)


def _ask(session: Session, case: Case, whom: str, who: SignedIn, *, at: datetime, speed: float) -> bool:
    if case.closure or case.join:
        return False
    meant = seniors.named(seniors.seniors_for(session, case, who.person_id, at=at), whom)
    for person in meant:
        seniors.call(session, case, person, by=who.person(session), at=at, speed=speed)
    return bool(meant)
