"""The calendar feed: one's own turns in the calendar on one's telephone, behind an address that is a secret.

A calendar cannot sign in. Whoever has the address sees when somebody is on call, and not who, where or for what; a
wrong address is answered like one that ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.console.wording import say, spoken_by
from app.errors import NoSuchPage
from app.oncall import feeds
from app.programme.fields import Tier
from app.web import Now

router = APIRouter(prefix="/console/calendar", dependencies=[Depends(from_our_pages)])

HERE = "/console/calendar"

Mine = Annotated[SignedIn, only(*CASE_ROLES)]
AHand = Annotated[SignedIn, deed(*CASE_ROLES)]


@router.get("")
def show(site: ASite, now: Now, who: Mine) -> Response:
    """Whether they have an address, and how a calendar takes it. The address itself cannot be shown again."""
    return _page(site, who, at=now)


@router.post("")
def give(site: ASite, now: Now, who: AHand) -> Response:
    """A new address, shown in this one answer; the one before ends."""
    with site.db.transaction() as session:
        secret = feeds.give(session, who.person(session), at=now)
    return _page(site, who, at=now, address=f"{site.here.origin}{HERE}/{secret}.ics")


@router.post("/end")
def end(site: ASite, now: Now, who: AHand) -> Response:
    """The address is nobody's any more."""
    with site.db.transaction() as session:
        feeds.end(session, who.person(session), at=now)
    return RedirectResponse(HERE, status_code=303)


@router.get("/{secret}.ics")
def feed(secret: str, site: ASite, now: Now) -> Response:
    """The turns behind an address. NoSuchPage when it is nobody's."""
    with site.db.reading() as session:
        person = feeds.whose(session, secret)
        if person is None:
            raise NoSuchPage("There is no such page.")
        turns, language = feeds.turns_for(session, person, at=now), spoken_by(person.languages)
    words = {tier.value: say(language, f"calendar.{tier.value}") for tier in Tier}
    return Response(feeds.calendar(turns, words, at=now), media_type="text/calendar")


def _page(site: Site, who: SignedIn, *, at: datetime, address: str = "") -> HTMLResponse:
    with site.db.reading() as session:
        standing = feeds.standing(session, who.person(session))
        return paper_for(session, site, who, at=at).show("calendar", feed=standing, address=address)
