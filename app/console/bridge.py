"""Calling the person from the case page: the handler's telephone first, then theirs, and neither sees a number.

The button asks the rule, writes down who opened the number and why, and only then opens it. The number goes from
there to the carrier and nowhere else; the attendant places it when the handler has pressed the key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import bridging, calls
from app.cases.bridge_stages import Stage
from app.cases.bridges import Bridge, What
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.reach import may_seek
from app.console import panel, sight
from app.console.attending import Attending
from app.console.case import address, likely_reason, sheet
from app.console.deeds import ADeed, kept_case
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, quietly
from app.console.forms import Chosen
from app.console.paper import paper_for
from app.console.reveal import number_of
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.logs import Log
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/bridge", dependencies=[Depends(from_our_pages)])

_log = Log("bridge")


@router.post("")
def call(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Ring the handler, and then the person. No entry in the log, no opening; no permission, no call."""
    attending = site.attending
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        begun = _begin(session, case, who, at=now) if case and attending else None
    if case is None:
        raise sight.no_such_case()
    if attending is None or begun is None:
        return _not_now(site, case, who, "mistake.bridge", at=now)
    bridge, permit = begun
    if not _hand_over(site, attending, bridge, permit, at=now):
        return _not_now(site, case, who, "reveal.cannot_open", at=now, status=500)
    return _to_the_panel(case)


@router.get("")
def fragment(reference: str, site: ASite, now: Now, who: Annotated[SignedIn, quietly(*CASE_ROLES)]) -> Response:
    """The panel alone, for a page that is open already."""
    with site.db.reading() as session:
        case = sight.find(session, reference, who)
        if case is None:
            raise sight.no_such_case()
        paper = paper_for(session, site, who, at=now)
        shown = panel.panel_for(session, case, paper)
        return paper.show("bridge", case=case, panel=shown, bridge_outcomes=panel.OUTCOMES, chosen=Chosen())


@router.post("/colleague")
def bring_in(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Ring a colleague or an interpreter into the conversation. A call that came in is brought into a room for it."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.may_bring_in)
        problem = _invite(session, case, who, posted.get("alias", ""), at=now) if case and site.attending else None
    if case is None:
        raise sight.no_such_case()
    if problem or site.attending is None:
        return _not_now(site, case, who, problem or "mistake.bridge", at=now)
    site.attending.wake()
    return _to_the_panel(case)


@router.post("/outcome")
def say_how_it_went(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """What the handler says of the call, where they have not said it by key."""
    outcome = posted.get("outcome", "")
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.may_record)
        known = outcome in panel.OUTCOMES
        if case and known:
            _conclude(session, case, who, outcome, at=now)
        seen = case is not None and sight.sees(case, who)
    if case is None:
        raise sight.no_such_case()
    if not known:
        return _not_now(site, case, who, "mistake.outcome", at=now)
    return _to_the_panel(case) if seen else RedirectResponse("/console/", status_code=303)


def _begin(session: Session, case: Case, who: SignedIn, *, at: datetime) -> tuple[Bridge, Permit] | None:
    """A bridge, if the rule allows it and the handler's telephone is free."""
    permit = may_seek(session, case, "call", at=at)
    busy = who.person_id in bridging.on_the_phone(session, at=at) | calls.talking(session, at=at)
    if busy or case.closure or case.join or not isinstance(permit, Permit):
        return None
    if (running := panel.current(session, case, at=at)) and panel.stage_at(running, at).goes_on:
        return None
    case.log("case.revealed", by=who.alias, at=at, because=likely_reason(case), what="number", via="bridge")
    return bridging.begin(session, case, permit, by=who.person(session), at=at), permit


def _hand_over(site: Site, attending: Attending, bridge: Bridge, permit: Permit, *, at: datetime) -> bool:
    """Open the number, and leave it with the attendant. False when it does not open: then nobody is rung."""
    try:
        with site.db.reading() as session:
            number = number_of(session, permit.about, site.keyring)
    except DygnetError as problem:
        _log.error("a number does not open", problem=problem)
        with site.db.transaction() as session:
            for leg in bridging.by_id(session, bridge.id).legs:
                bridging.note(session, leg, What.REFUSED, at=at)
        return False
    attending.attendant.expect(bridge.id, number, at=at)
    attending.wake()
    return True


def _invite(session: Session, case: Case, who: SignedIn, alias: str, *, at: datetime) -> str | None:
    """Ring them in; or what is wrong, as the key of a sentence."""
    found = next((person for person in panel.colleagues(session, who) if person.alias == alias), None)
    if found is None:
        return "mistake.colleague"
    if found.id in bridging.on_the_phone(session, at=at) | calls.talking(session, at=at):
        return "mistake.colleague_busy"
    me = who.person(session)
    bridge = panel.current(session, case, at=at)
    if bridge is None or not panel.stage_at(bridge, at).goes_on:
        approach = panel.on_the_line(session, case, who, at=at)
        if approach is None or approach.connection is None:
            return "mistake.nobody_on_the_line"
        bridge = bridging.move(session, case, approach, ref=approach.connection.ref or "", by=me, at=at)
    bridging.invite(session, bridge, found, by=me, at=at)
    return None


def _conclude(session: Session, case: Case, who: SignedIn, outcome: str, *, at: datetime) -> None:
    bridge = panel.current(session, case, at=at)
    if bridge and panel.stage_at(bridge, at) is Stage.ASKS:
        bridging.conclude(session, bridging.by_id(session, bridge.id), outcome, by=who.person(session), at=at)


def _not_now(site: Site, case: Case, who: SignedIn, mistake: str, *, at: datetime, status: int = 409) -> Response:
    with site.db.reading() as session:
        chosen = Chosen(mistakes={"bridge": mistake})
        return sheet(session, case, paper_for(session, site, who, at=at), chosen=chosen, status=status)


def _to_the_panel(case: Case) -> Response:
    return RedirectResponse(f"{address(case)}#bridge", status_code=303)
