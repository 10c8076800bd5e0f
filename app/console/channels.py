"""How somebody on the staff is paged: the browsers they let us push to, and what they want besides the ladder's ways.

Nobody can take a way of the ladder's off themselves: a page that reaches nobody is worse than one that wakes somebody.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.audit.log import record
from app.console.doors import SignedIn, deed, from_our_pages, only
from app.console.paper import paper_for
from app.console.proofs import ways
from app.console.site import ASite, Site
from app.errors import Misconfigured
from app.notifications import reach
from app.notifications.webpush import NotASubscription, Subscription, written
from app.staff import endpoints
from app.staff.directory import sealed_endpoint
from app.staff.models import Endpoint, EndpointKind
from app.web import Now, Posted

router = APIRouter(prefix="/console/channels", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/channels"
LONGEST: Final = 2000
"""Signs of a push service's address; those there are have some two hundred."""

_MOST_BROWSERS: Final = 10
_HOST: Final = re.compile(r"[a-z0-9.-]+")
_AT_HOME: Final = frozenset({"localhost", "127.0.0.1"})


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only()]) -> Response:
    """What reaches them now, whether that is proved, what they may add, their browsers."""
    return page(site, who, at=now)


def page(
    site: Site, who: SignedIn, *, at: datetime, channel: str = "", mistake: str = "", probe_id: str = ""
) -> HTMLResponse:
    """The page. `mistake`: what was wrong, and about which channel; `probe_id`: the test page that led here."""
    with site.db.reading() as session:
        person = who.person(session)
        return paper_for(session, site, who, at=at).show(
            "channels",
            status=422 if mistake else 200,
            ways=ways(session, person, at=at),
            channel=channel,
            mistake=f"mistake.proof.{mistake}" if mistake else "",
            probe_id=probe_id if probe_id.isalnum() else "",
            has=reach.has(session, person),
            wishes=endpoints.wishes(session, person),
            browsers=[each for each in endpoints.standing(session, person) if each.kind == EndpointKind.PUSH],
            key=_public_key(site),
        )


@router.post("")
def wish(site: ASite, now: Now, who: Annotated[SignedIn, deed()], posted: Posted) -> Response:
    """Choose what they are paged by besides; only what is set up for them can be chosen."""
    with site.db.transaction() as session:
        person = who.person(session)
        chosen = [channel for channel in reach.has(session, person) if posted.get(f"by_{channel}")]
        endpoints.wish(session, person, chosen, at=now, by=who.alias)
    return RedirectResponse(HERE, status_code=303)


@router.post("/browsers")
def subscribe(site: ASite, now: Now, who: Annotated[SignedIn, deed()], posted: Posted) -> Response:
    """This browser lets us push to it. Sealed to the duty key: this process cannot read it any more."""
    about = {name: posted.get(name, "")[:LONGEST] for name in ("endpoint", "p256dh", "auth")}
    _insist_on_a_push_service(about, site)
    with site.db.transaction() as session:
        person = who.person(session)
        kept = [each for each in endpoints.standing(session, person) if each.kind == EndpointKind.PUSH]
        for oldest in kept[: max(0, len(kept) - _MOST_BROWSERS + 1)]:
            endpoints.end(session, oldest, at=now, by=who.alias, because="too_many")
        duty = site.keyring.public("duty")
        endpoints.add(
            session,
            person,
            EndpointKind.PUSH,
            about,
            lambda row, what: sealed_endpoint(row, what, duty=duty),
            at=now,
            by=who.alias,
        )
    return RedirectResponse(HERE, status_code=303)


@router.post("/browsers/{endpoint_id}/end")
def unsubscribe(site: ASite, now: Now, who: Annotated[SignedIn, deed()], endpoint_id: str) -> Response:
    """One of their own browsers is pushed to no more. Somebody else's is as if it were not there."""
    with site.db.transaction() as session:
        endpoint = session.get(Endpoint, endpoint_id) if endpoint_id.isalnum() else None
        mine = endpoint is not None and (endpoint.person_id, endpoint.kind) == (who.person_id, EndpointKind.PUSH)
        if endpoint and mine:
            endpoints.end(session, endpoint, at=now, by=who.alias, because="removed")
        else:
            record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because="not_theirs")
    if not mine:
        raise HTTPException(404)
    return RedirectResponse(HERE, status_code=303)


def _insist_on_a_push_service(about: dict[str, str], site: Site) -> None:
    """Only where browsers' push services are: nobody makes this house send requests wherever they like."""
    try:
        parts = urlsplit(Subscription.read(about).endpoint)
        host, _ = parts.hostname or "", parts.port
    except (NotASubscription, ValueError):
        raise HTTPException(422) from None
    if not _HOST.fullmatch(host):  # what one reader of addresses takes for a part of a name ends it for another
        raise HTTPException(422)
    known = any(host == service or host.endswith(f".{service}") for service in site.push_services)
    schemes = {"https", "http"} if host in _AT_HOME else {"https"}
    if not known or parts.scheme not in schemes or parts.username:
        raise HTTPException(422)


def _public_key(site: Site) -> str:
    """What a browser is told to take pushes from; empty where no key has been made yet."""
    try:
        return written(site.keyring.push_public)
    except Misconfigured:
        return ""
