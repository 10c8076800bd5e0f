"""Calling the person from the case page: the handler's telephone first, then theirs, and neither sees a number.

The button asks the rule, writes down who opened the number and why, and only then opens it. The number goes from
there to the carrier and nowhere else; the attendant places it when the handler has pressed the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import bridging
from app.cases.bridge_stages import Stage
from app.cases.bridges import Bridge, Role, What
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.reach import may_seek
from app.console import sight
from app.console.attending import Attending
from app.console.case import address, likely_reason
from app.console.colleagues import on_the_phone
from app.console.conversation import current, stage_at
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, quietly
from app.console.forms import Chosen
from app.console.panel import panel_for
from app.console.paper import paper_for
from app.console.reveal import number_of
from app.console.same import sought_elsewhere
from app.console.site import ASite, Site
from app.db import one_at_a_time
from app.errors import DygnetError
from app.logs import Log
from app.web import Now

router = APIRouter(prefix="/console/cases/{reference}/bridge", dependencies=[Depends(from_our_pages)])

_log = Log("bridge")


@router.post("")
def call(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Ring the handler, and then the person. No entry in the log, no opening; no permission, no call."""
    attending = site.attending
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        shut = site.rota.shut(session, who.hand)
    if case and shut:
        return not_now(site, case, who, f"reveal.{shut}", at=now, status=403)
    elsewhere = sought_elsewhere(site, case, "call", who, at=now)
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        begun = _begin(session, case, who, elsewhere, at=now) if case and attending else None
    if case is None:
        raise sight.no_such_case()
    if attending is None or begun is None:
        return not_now(site, case, who, "mistake.bridge", at=now)
    bridge, permit = begun
    if not _hand_over(site, attending, bridge, permit, who, at=now):
        return not_now(site, case, who, "reveal.cannot_open", at=now, status=500)
    return to_the_panel(case)


@router.get("")
def fragment(reference: str, site: ASite, now: Now, who: Annotated[SignedIn, quietly(*CASE_ROLES)]) -> Response:
    """The panel alone, for a page that is open already."""
    with site.db.reading() as session:
        case = sight.find(session, reference, who)
        if case is None:
            raise sight.no_such_case()
        paper = paper_for(session, site, who, at=now)
        return paper.show("bridge", case=case, panel=panel_for(session, case, paper), chosen=Chosen())


@router.post("/stop")
def call_off(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """They think better of it while their own telephone rings. Nobody is called, and no attempt is used up."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        stopped = _call_off(session, case, who, at=now) if case else False
    if case is None:
        raise sight.no_such_case()
    if not stopped:
        return not_now(site, case, who, "mistake.too_late_to_stop", at=now)
    if site.attending:
        site.attending.wake()
    return to_the_panel(case)


def _begin(
    session: Session, case: Case, who: SignedIn, elsewhere: Sequence[datetime], *, at: datetime
) -> tuple[Bridge, Permit] | None:
    """A bridge, if the rule allows it and the handler's telephone is free."""
    one_call_for(session, who.person_id)
    permit = may_seek(session, case, "call", at=at, elsewhere=elsewhere)
    busy = who.person_id in on_the_phone(session, at=at)
    if busy or case.closure or case.join or not isinstance(permit, Permit):
        return None
    if (running := current(session, case, at=at)) and stage_at(running, at).goes_on:
        return None
    case.log("case.revealed", by=who.alias, at=at, because=likely_reason(case), what="number", via="bridge")
    return bridging.begin(session, case, permit, by=who.person(session), at=at), permit


def _hand_over(
    site: Site, attending: Attending, bridge: Bridge, permit: Permit, who: SignedIn, *, at: datetime
) -> bool:
    """Open the number, and leave it with the attendant. False when it does not open: then nobody is rung."""
    try:
        with site.db.reading() as session:
            number = number_of(session, permit.about, site, who)
    except DygnetError as problem:
        _log.error("a number does not open", problem=problem)
        with site.db.transaction() as session:
            for leg in bridging.by_id(session, bridge.id).legs:
                bridging.note(session, leg, What.REFUSED, at=at)
        return False
    attending.attendant.expect(bridge.id, number, at=at)
    attending.wake()
    return True


def _call_off(session: Session, case: Case, who: SignedIn, *, at: datetime) -> bool:
    bridge = current(session, case, at=at)
    if bridge is None or bridge.by_id != who.person_id:
        return False
    bridge = bridging.by_id(session, bridge.id)
    if stage_at(bridge, at) is not Stage.RINGS_YOU:
        return False
    return bridging.note(session, bridge.leg_of(Role.PERSON), What.REFUSED, at=at)


def one_call_for(session: Session, person_id: str) -> None:
    """Nobody else may decide at this moment that this telephone is free."""
    one_at_a_time(session, f"telephone|{person_id}")


def not_now(site: Site, case: Case, who: SignedIn, mistake: str, *, at: datetime, status: int = 409) -> Response:
    """The page once more, with what is wrong said in the panel."""
    return page_again(site, case, who, Chosen(mistakes={"bridge": mistake}), at=at, status=status)


def to_the_panel(case: Case) -> Response:
    """Where what they did shows."""
    return RedirectResponse(f"{address(case)}#bridge", status_code=303)
