"""Who may not have a case, and whom the person would rather speak with: said on its page, by whoever sees it."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.console import sight
from app.console.case import address, sheet
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.fit import tags
from app.console.forms import Chosen
from app.console.paper import paper_for
from app.console.session import HOME
from app.console.site import ASite
from app.escalation import conflicts
from app.staff.directory import by_alias
from app.staff.models import Person
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/exclusions")
def exclude(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """A conflict of interest: the reader's own, or one that a coordinator knows of. The case goes on to the next."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.sees)
        person = _meant(session, who, posted.get("alias", "")) if case else None
        mistake = _exclude(session, case, person, who, at=now) if case else None
    if case is None:
        raise sight.no_such_case()
    if mistake:
        with site.db.reading() as session:
            paper, chosen = paper_for(session, site, who, at=now), Chosen(mistakes={"fit": mistake})
            return sheet(session, case, paper, chosen=chosen, status=422)
    is_mine = person is not None and person.id == who.person_id
    return RedirectResponse(HOME if is_mine else address(case), status_code=303)


@router.post("/preferences")
def prefer(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Whom the person would rather speak with, from now on: tags that somebody on the staff has."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.sees)
        if case and not case.closure and not case.join:
            case.prefer([tag for tag in tags(session) if posted.get(f"tag-{tag}")], by=who.alias, at=now)
    if case is None:
        raise sight.no_such_case()
    return RedirectResponse(f"{address(case)}#fit", status_code=303)


def _meant(session: Session, who: SignedIn, alias: str) -> Person | None:
    """Whom the form means: the reader, or whom those who oversee have chosen; nobody by default, for there is no way
    back."""
    if sight.oversees(who):
        return by_alias(session, alias)
    return who.person(session) if alias in ("", who.alias) else None


def _exclude(session: Session, case: Case, person: Person | None, who: SignedIn, *, at: datetime) -> str | None:
    """The key of a sentence when it cannot be done; then nothing was written."""
    if person is None:
        return "mistake.exclusion"
    if case.closure or case.join:
        return "mistake.closed"
    return None if conflicts.exclude(session, case.id, person, by=who.alias, at=at) else "mistake.last_one"
