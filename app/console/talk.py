"""What staff do about a conversation with the person: bring a colleague in, and say afterwards how it went.

Both belong to whoever was in it. To hold the case, or to have spoken with the person some other day, is not enough.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import bridging
from app.cases.bridge_stages import Stage, may_say
from app.cases.bridges import Bridge
from app.cases.models import Case
from app.console import sight
from app.console.bridge import not_now, one_call_for, to_the_panel
from app.console.colleagues import colleagues, on_the_phone
from app.console.conversation import current, is_in_it, on_the_line, outcomes_of, stage_at
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.session import HOME
from app.console.site import ASite
from app.staff.models import Person
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/bridge", dependencies=[Depends(from_our_pages)])


@router.post("/colleague")
def bring_in(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Ring a colleague or an interpreter into the conversation. A call that came in is brought into a room for it."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=_leads_or_keeps(session, now))
        problem = _invite(session, case, who, posted.get("alias", ""), at=now) if case and site.attending else None
        seen = case is not None and sight.sees(case, who)
    if case is None:
        raise sight.no_such_case()
    if problem or site.attending is None:
        return not_now(site, case, who, problem or "mistake.bridge", at=now)
    site.attending.wake()
    return _back(case, seen=seen)


@router.post("/outcome")
def say_how_it_went(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """What the handler says of the call, where they have not said it by key."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=_was_with_them_or_keeps(session, now))
        problem = _conclude(session, case, who, posted.get("outcome", ""), at=now) if case else None
        seen = case is not None and sight.sees(case, who)
    if case is None:
        raise sight.no_such_case()
    if problem:
        return not_now(site, case, who, problem, at=now)
    return _back(case, seen=seen)


def _leads_or_keeps(session: Session, at: datetime) -> sight.Right:
    """Whoever leads the conversation may bring somebody in; to whoever has the case it is said why not."""
    return lambda case, who: sight.keeps(case, who) or is_in_it(session, case, who, at=at)


def _was_with_them_or_keeps(session: Session, at: datetime) -> sight.Right:
    def may(case: Case, who: SignedIn) -> bool:
        bridge = current(session, case, at=at)
        return sight.keeps(case, who) or (bridge is not None and may_say(bridge, who.person_id))

    return may


def _invite(session: Session, case: Case, who: SignedIn, alias: str, *, at: datetime) -> str | None:
    """Ring them in; or what is wrong, as the key of a sentence."""
    if not is_in_it(session, case, who, at=at):
        return "mistake.nobody_on_the_line"
    wanted = {one.alias: one.id for one in colleagues(session, case, who, at=at)}.get(alias)
    if wanted is None:
        return "mistake.colleague"
    one_call_for(session, wanted)
    if wanted in on_the_phone(session, at=at):
        return "mistake.colleague_busy"
    bridge = _room_for(session, case, who, at=at)
    if bridge is None:
        return "mistake.nobody_on_the_line"
    bridging.invite(session, bridge, session.get_one(Person, wanted), by=who.person(session), at=at)
    return None


def _room_for(session: Session, case: Case, who: SignedIn, *, at: datetime) -> Bridge | None:
    """The bridge they are in; a new one, for a call that came in."""
    approach = on_the_line(session, case, who, at=at)
    if approach is None or approach.connection is None:
        return current(session, case, at=at)
    ref = approach.connection.ref or ""
    return bridging.move(session, case, approach, ref=ref, by=who.person(session), at=at)


def _conclude(session: Session, case: Case, who: SignedIn, outcome: str, *, at: datetime) -> str | None:
    """Write it down, once; or what is wrong, as the key of a sentence."""
    bridge = current(session, case, at=at)
    if bridge is None or outcome not in outcomes_of(bridge):
        return "mistake.outcome"
    if not may_say(bridge, who.person_id):
        return "mistake.not_with_them"
    if stage_at(bridge, at) is Stage.ASKS:
        bridging.conclude(session, bridging.by_id(session, bridge.id), outcome, by=who.person(session), at=at)
    return None


def _back(case: Case, *, seen: bool) -> Response:
    """A colleague may be in a conversation about a case whose page is not theirs."""
    return to_the_panel(case) if seen else RedirectResponse(HOME, status_code=303)
