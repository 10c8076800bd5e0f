"""Break-glass: reading a case that is not one's own. The reason comes first, then the entry in the log and the word to
whoever oversees, and only then the reading, in one answer that hides itself again.

A case that somebody is excluded from stays shut whatever the reason; to them it looks like one that is not there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.cases import contents, queries
from app.cases.contents import REVEAL_REASONS
from app.cases.models import Case
from app.console import sight
from app.console.case import Secret, address
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, grave, only
from app.console.opening import NotLetIn
from app.console.paper import paper_for
from app.console.reveal import everything_in, note_a_number_of_staff, why_shut
from app.console.site import ASite, Site
from app.control.alarm import hearers
from app.errors import DygnetError
from app.logs import Log
from app.notifications import alarms
from app.notifications.reach import Reach
from app.staff.directory import everyone
from app.staff.keys_session import Locked
from app.web import Now, Posted

router = APIRouter(prefix="/console/glass", dependencies=[Depends(from_our_pages)])

TOLD_BY: Final = ("sms", "push")
_LONGEST: Final = 16

_log = Log("console")


@router.get("")
def ask(site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)], case: str = "") -> Response:
    """Which case, and why. `case` is a reference to begin with; nothing is looked up before the form is sent."""
    return _page(site, who, at=now, typed=case[:_LONGEST])


@router.post("")
def break_glass(site: ASite, now: Now, who: Annotated[SignedIn, grave(*CASE_ROLES)], posted: Posted) -> Response:
    """Read it. Unknown, over and not for them: one answer for all three."""
    typed, because = posted.get("reference", "").strip()[:_LONGEST], posted.get("because", "")
    if because not in REVEAL_REASONS:
        return _page(site, who, at=now, typed=typed, because=because, mistake="mistake.because", status=422)
    with site.db.transaction() as session:
        case = _within_reach(session, typed, who)
        is_theirs = case is not None and sight.keeps(case, who)
        if case is None:
            sight.refuse(session, typed, who, at=now)
        elif not is_theirs:
            contents.reveal(case, by=who.person(session), because=because, at=now, action="case.glass_broken")
            _tell(session, case, who, at=now)
    if case is None:
        return _page(site, who, at=now, typed=typed, because=because, mistake="mistake.glass", status=404)
    if is_theirs:
        return RedirectResponse(f"{address(case)}#reveal", status_code=303)
    return _opened(site, case, who, at=now)


def _within_reach(session: Session, typed: str, who: SignedIn) -> Case | None:
    """An open case that they are not excluded from; one that was joined into another leads there."""
    case = queries.named(session, typed)
    return case if case and not case.closure and not case.excludes(who.person_id) else None


def _tell(session: Session, case: Case, who: SignedIn, *, at: datetime) -> None:
    """To coordinators and managers, of one case and reader once an hour: that it happened, and not which case."""
    reach, key = Reach(session), f"glass:{case.id}:{who.alias}:{at:%m-%dT%H}"
    for person in hearers(everyone(session), but_not=who.alias):
        for channel in reach.channels(person, TOLD_BY):
            alarms.send(session, person, "alarm.glass", key=key, channel=channel, at=at)


def _opened(site: Site, case: Case, who: SignedIn, *, at: datetime) -> Response:
    with site.db.reading() as session:
        try:
            opened = everything_in(session, case, site, who)
            note_a_number_of_staff(site, case, opened, who, at=at)
        except (Locked, NotLetIn) as problem:
            return _page(site, who, at=at, typed=case.reference, mistake=why_shut(problem), status=problem.status)
        except DygnetError as problem:
            _log.error("a case's contents do not open", problem=problem, reference=case.reference)
            return _page(site, who, at=at, typed=case.reference, mistake="reveal.cannot_open", status=500)
        case = session.get_one(Case, case.id)
        holder = case.hold.person.alias if case.hold else ""
        return _shown(site, session, who, case=case, holder=holder, opened=opened, at=at)


def _shown(
    site: Site, session: Session, who: SignedIn, *, case: Case, holder: str, opened: list[Secret], at: datetime
) -> HTMLResponse:
    return paper_for(session, site, who, at=at).show("glass_broken", case=case, holder=holder, opened=opened)


def _page(
    site: Site,
    who: SignedIn,
    *,
    at: datetime,
    typed: str = "",
    because: str = "",
    mistake: str = "",
    status: int = 200,
) -> HTMLResponse:
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        shown = {"typed": typed, "because": because, "mistake": mistake, "reasons": REVEAL_REASONS}
        return paper.show("glass", status=status, **shown)
