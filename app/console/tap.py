"""One tap for a call that came to nothing: whoever may take the case takes and closes it in one deed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import queries
from app.cases.models import Case
from app.console import sight
from app.console.case import address
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages
from app.console.forms import ENDINGS, at_a_tap
from app.console.session import HOME
from app.console.site import ASite
from app.escalation import replies
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/tap")
def close(
    reference: str, site: ASite, who: Annotated[SignedIn, deed(*CASE_ROLES)], posted: Posted, now: Now
) -> Response:
    """Close it, if it still is nothing but calls that came to nothing. If not, the page says what has come since."""
    code = posted.get("code", "")
    with site.db.transaction() as session:
        case = _theirs(session, reference, who)
        if case is None:
            sight.refuse(session, reference, who, at=now)
        elif code in at_a_tap(case, at=now):
            person = who.person(session)
            replies.take(session, case.id, by=person, via="console", at=now)
            case.close(by=person, at=now, outcome=ENDINGS[code], code=code)
    if case is None:
        raise sight.no_such_case()
    return RedirectResponse(HOME if case.closure else address(case), status_code=303)


def _theirs(session: Session, reference: str, who: SignedIn) -> Case | None:
    """The case, locked, if they have it or may take it."""
    case = queries.by_reference(session, reference)
    case = queries.locked(session, case.id) if case else None
    if case and (sight.answers_for(case, who) or sight.may_take(case, who, sight.asked(session, who))):
        return case
    return None
