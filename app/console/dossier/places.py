"""The register of meeting places, by their code words: approved, rested, and closed. There is no address on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import CASE_ROLES, OVERSEERS, SignedIn, deed, from_our_pages, only
from app.console.dossier.sheet import page
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import BadInput, NoSuchPage
from app.routing import places
from app.routing.collision_models import MeetingPlace
from app.web import Now, Posted

router = APIRouter(prefix="/console/places", dependencies=[Depends(from_our_pages)])

_ADeed = Annotated[SignedIn, deed(*OVERSEERS)]


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """Every place in use, the least used lately first."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*CASE_ROLES), action="place.listed")
    return _page(site, who, now)


@router.post("")
def approve(site: ASite, who: _ADeed, posted: Posted, now: Now) -> Response:
    """Put a place on it."""
    try:
        with site.db.transaction() as session:
            places.approve(session, posted.get("name", "").strip(), by=who.person(session), at=now)
    except BadInput:
        return _page(site, who, now, wrong={"name": "mistake.place_name"}, typed=posted)
    return RedirectResponse("/console/places", status_code=303)


@router.post("/{place_id}/closing")
def close(place_id: str, site: ASite, who: _ADeed, now: Now) -> Response:
    """Use it no more."""
    with site.db.transaction() as session:
        place = session.get(MeetingPlace, place_id)
        if place:
            places.close(session, place, by=who.person(session), at=now)
        else:
            record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because="place")
    if place is None:
        raise NoSuchPage("There is no such place.")
    return RedirectResponse("/console/places", status_code=303)


def _page(
    site: Site, who: SignedIn, now: Now, *, wrong: dict[str, str] | None = None, typed: Posted | None = None
) -> Response:
    with site.db.reading() as session:
        return page(
            paper_for(session, site, who, at=now),
            "dossier/places",
            None,
            status=422 if wrong else 200,
            places=places.register(session),
            mistakes=wrong or {},
            typed=typed or {},
            oversees=who.may(*OVERSEERS),
        )
