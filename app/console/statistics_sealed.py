"""Counting what was said in screenings: a coordinator's session opens whole months, and nobody sees an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.letters import case_key
from app.console.doors import SignedIn, deed, from_our_pages
from app.console.opening import NotLetIn
from app.console.reveal import granted, why_shut
from app.console.site import ASite, Site
from app.console.statistics import HERE, page
from app.routing.papers import Keys
from app.staff.keys_session import Locked
from app.staff.roles import Role
from app.statistics import publishing, sealed
from app.statistics.sealed import KeysOf
from app.web import Now

router = APIRouter(prefix=HERE, dependencies=[Depends(from_our_pages)])

_WHO: Final = Role.COORDINATOR
"""Who handles cases as well as looking after the figures."""


@router.post("/screenings")
def count(site: ASite, who: Annotated[SignedIn, deed(_WHO)], now: Now) -> Response:
    """Count the months that wait for it, and publish what is ready. The entry is committed before a key turns."""
    with site.db.transaction() as session:
        months = sealed.months_to_open(session)
        sealed.note_opening(session, months, by=who.alias, role=_WHO.value, at=now)
    try:
        with site.db.reading() as session:
            tallies = [sealed.tally(session, month, _keys(session, site, who)) for month in months]
    except (Locked, NotLetIn) as problem:
        return page(site, who, at=now, shut=why_shut(problem), status=problem.status)
    with site.db.transaction() as session:
        sealed.learn(session, tallies)
    publishing.publish_month_by_month(site.db, by=who.alias, at=now, role=_WHO.value)
    return RedirectResponse(HERE, status_code=303)


def _keys(session: Session, site: Site, who: SignedIn) -> KeysOf:
    def keys_of(cases: Sequence[str]) -> Keys:
        found = {}
        for case_id in cases:
            if readers := granted(session, case_id):
                with site.rota.opened(session, who.hand, readers) as reader:
                    found[case_id] = case_key(session, case_id, reader)
        return found

    return keys_of
