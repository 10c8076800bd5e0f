"""The register of meeting places, by their code words: approved, rested, and closed. There is no address on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import CASE_ROLES, OVERSEERS, SignedIn, deed, from_our_pages, only
from app.console.dossier import kinds
from app.console.dossier.sheet import page
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import BadInput, NoSuchPage
from app.programme.apply import current
from app.routing import incidents, places
from app.routing.collision_models import MeetingPlace
from app.routing.incident_models import OpenedBecause, PlaceIncident, PlaceOpening
from app.web import Now, Posted

router = APIRouter(prefix="/console/places", dependencies=[Depends(from_our_pages)])

_ADeed = Annotated[SignedIn, deed(*OVERSEERS)]


@dataclass(frozen=True)
class Standing:
    """A place of the register, and what keeps it shut."""

    place: MeetingPlace
    shut_by: Sequence[tuple[PlaceIncident, str]]
    """What happened there, each with its kind in words."""

    asked: PlaceOpening | None
    """Who wants it open again, and waits for a second."""

    may_second: bool
    """That may be the reader: somebody else, and of the two at least one who oversees."""

    ahead: int
    """How many meetings lie ahead there."""


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """Every place in use, the least used lately first."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*CASE_ROLES), action="place.listed")
    return places_page(site, who, now)


@router.post("")
def approve(site: ASite, who: _ADeed, posted: Posted, now: Now) -> Response:
    """Put a place on it."""
    try:
        with site.db.transaction() as session:
            places.approve(session, posted.get("name", "").strip(), by=who.person(session), at=now)
    except BadInput:
        return places_page(site, who, now, wrong={"name": "mistake.place_name"}, typed=posted)
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


def places_page(
    site: Site, who: SignedIn, now: Now, *, wrong: dict[str, str] | None = None, typed: Posted | None = None
) -> Response:
    """The register, with what is wrong on it."""
    with site.db.reading() as session:
        return page(
            paper_for(session, site, who, at=now),
            "dossier/places",
            None,
            status=422 if wrong else 200,
            places=[_standing(session, place, who, now) for place in places.register(session)],
            reasons=[each.value for each in OpenedBecause],
            mistakes=wrong or {},
            typed=typed or {},
            oversees=who.may(*OVERSEERS),
        )


def may_second(asked: PlaceOpening, who: SignedIn) -> bool:
    """Whether they can be the other of the two who open a place: not whoever asked, and one of the two oversees."""
    oversees = who.may(*OVERSEERS) or not frozenset(OVERSEERS).isdisjoint(asked.by.roles)
    return asked.by_id != who.person_id and oversees


def _standing(session: Session, place: MeetingPlace, who: SignedIn, now: datetime) -> Standing:
    shut_by = incidents.shut_by(session, place)
    asked = incidents.asked_to_open(session, place) if shut_by else None
    ahead = len(incidents.meetings_there(session, place, at=now)) if shut_by else 0
    known = current(session).knowledge.incident
    told = [(one, kinds.called(known, one.kind, who.language)) for one in shut_by]
    return Standing(place, told, asked, may_second=asked is not None and may_second(asked, who), ahead=ahead)
