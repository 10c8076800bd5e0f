"""Requests and incidents: what the law wants of the house, each beside its clock. No word of whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.log import record
from app.console.doors import DEMAND_ROLES, DEMAND_WRITERS, SignedIn, deed, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.console.written import written
from app.demands import extracts, incidents, requests
from app.demands.models import ASKED_BY, ASSESSMENTS, DECISIONS, INCIDENT_KINDS, INCIDENT_WORDS, REQUEST_KINDS
from app.errors import BadInput
from app.oncall.turns import instant
from app.programme.apply import current
from app.staff.roles import Role
from app.web import Now, Posted

router = APIRouter(prefix="/console/demands", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/demands"

_EARLIEST, _LATEST = 2000, 2200

ADeed = Annotated[SignedIn, deed(*DEMAND_WRITERS)]


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*DEMAND_ROLES)]) -> Response:
    """What waits for an answer or a report, what is late, and what was said."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*DEMAND_ROLES), action="request.listed")
    with site.db.reading() as session:
        return _page(session, site=site, who=who, at=now)


@router.post("/requests")
def ask(site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """Write down that somebody asked, and when."""

    def write(session: Session) -> None:
        kind, asked_by = posted.get("kind", ""), posted.get("asked_by", "")
        received_at = _moment(posted, "received_at", session)
        requests.note(session, kind, asked_by, received_at=received_at, by=who.person(session), at=now)

    return _done(site, who, write, "request", posted, at=now)


@router.post("/requests/{request_id}")
def answer(request_id: str, site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """What secrecy says, or what is decided."""

    def write(session: Session) -> None:
        by, decided = who.person(session), posted.get("decided", "")
        if decided:
            requests.decide(session, request_id, decided, by=by, at=now)
        else:
            requests.assess(session, request_id, posted.get("found", ""), by=by, at=now)

    return _done(site, who, write, "answer", posted, at=now)


@router.post("/extracts/{extract_id}")
def let_go(extract_id: str, site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """A second person lets a person's own data go, who has seen how much is withheld and why, and no word of it."""

    def write(session: Session) -> None:
        extracts.release(session, extract_id, by=who.person(session), at=now)

    return _done(site, who, write, "extract", posted, at=now)


@router.post("/incidents")
def happen(site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """Write down that something happened, and since when somebody knew."""

    def write(session: Session) -> None:
        known_at = _moment(posted, "known_at", session)
        incidents.note(session, posted.get("kind", ""), known_at=known_at, by=who.person(session), at=now)

    return _done(site, who, write, "incident", posted, at=now)


@router.post("/incidents/{incident_id}")
def say(incident_id: str, site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """What was reported, decided or told."""

    def write(session: Session) -> None:
        incidents.say(session, incident_id, posted.get("word", ""), by=who.person(session), at=now)

    return _done(site, who, write, "word", posted, at=now)


def _done(
    site: Site, who: SignedIn, write: Callable[[Session], None], about: str, posted: Mapping[str, str], *, at: datetime
) -> Response:
    again = partial(_page, site=site, who=who, at=at, mistake=about, chosen=posted)
    return written(site.db, write, onward=HERE, again=again)


def _page(
    session: Session,
    *,
    site: Site,
    who: SignedIn,
    at: datetime,
    mistake: str = "",
    chosen: Mapping[str, str] | None = None,
) -> Response:
    return paper_for(session, site, who, at=at).show(
        "demands",
        status=422 if mistake else 200,
        mistake=mistake,
        chosen=chosen or {},
        writes=who.may(*DEMAND_WRITERS),
        decides=who.may(Role.MANAGER),
        extracts=[(one, extracts.may_release(one, who.person(session))) for one in extracts.waiting(session)],
        requests=[(one, requests.due(one)) for one in requests.every(session)],
        incidents=[
            (one, incidents.clocks(one), {word.word for word in one.words}, incidents.is_closed(one))
            for one in incidents.every(session)
        ],
        kinds=REQUEST_KINDS,
        askers=ASKED_BY,
        assessments=ASSESSMENTS,
        decisions=DECISIONS,
        happenings=INCIDENT_KINDS,
        words=INCIDENT_WORDS,
    )


def _moment(posted: Mapping[str, str], name: str, session: Session) -> datetime:
    """A local date and time as browsers write it. BadInput for anything else."""
    try:
        wall = datetime.fromisoformat(posted.get(name, ""))
    except ValueError:
        raise BadInput("Write the day and the time.") from None
    if wall.tzinfo is not None or not _EARLIEST <= wall.year <= _LATEST:
        raise BadInput("Write the day and the time, as the clock on the wall showed it.")
    return instant(wall, current(session).zone)
