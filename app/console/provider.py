"""By the city's identity provider: out to it and back, as the way in, as the second step, or as a proof.

The way back begins on another site, so the browser keeps our strict cookies to itself. So what comes back is an
address that does nothing: it shows a page of ours, which sends the answer on by itself, and that form has the cookies.
The way out is a page too, for a form may lead nowhere but to us (`form-action 'self'`).
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.console import provider_endings
from app.console.doors import from_our_pages, visitor
from app.console.session import SIGN_IN, inside, show_plain
from app.console.site import ASite, Site
from app.staff import duress, half_sign_ins, provider_visits, second_factors, sessions, signin, tries
from app.staff.provider import RETURNS_TO, Provider
from app.staff.provider_tokens import Refused
from app.staff.provider_visits import LASTS, Visit, Words
from app.web import Posted

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

TOLD: Final = frozenset(
    {"denied", "down", "has_one", "key", "link", "often", "other", "stale", "state", "strength", "taken", "unknown"}
)
"""Refusals with a sentence of their own. The rest is one: the answer was not to be believed."""

_COMES_BACK: Final = ("code", "state", "iss", "error")
_LONGEST: Final = 4096
_STRANGERS: Final = 60
"""Answers, in a quarter of an hour, from browsers that nobody signed in on before: each asks the provider something."""


@router.post("/sign-in/provider")
def set_out(request: Request, site: ASite, posted: Posted) -> Response:
    """To the provider, instead of a passphrase or as the second step after one."""
    site_has_one(site)
    with site.db.reading() as session:
        half = half_sign_ins.standing(session, site.half.read(request), at=site.at_the_door())
    if site.rota.terms and half is None:
        return refused(request, site, Refused("key"))
    return away(request, site, provider_visits.SIGN_IN, onward=inside(posted.get("next", "")))


@router.post("/enrol/{token}/provider")
def set_out_by_link(request: Request, site: ASite, token: str) -> Response:
    """To the provider, to bind one's account there by a one-time link, which is used up on the way back."""
    site_has_one(site)
    at = site.at_the_door()
    with site.db.reading() as session:
        link = signin.link_id(session, token, at=at)
        person = signin.link_is_for(session, token, at=at)
        is_first = person is not None and not second_factors.has_one(session, person.id, issuer=site.issuer)
    if link is None or not is_first or site.rota.terms:
        return RedirectResponse(f"/console/enrol/{token}", status_code=303)
    return away(request, site, provider_visits.BIND, link_id=link)


@router.get("/sign-in/provider/return")
def pass_on(request: Request, site: ASite) -> Response:
    """What the provider's page led to. It sends itself on; whoever has no script presses a button."""
    site_has_one(site)
    brought = {name: request.query_params.get(name, "")[:_LONGEST] for name in _COMES_BACK}
    return show_plain(request, site, "provider_back", to=RETURNS_TO, brought=brought)


@router.post("/sign-in/provider/return")
def come_back(request: Request, site: ASite, posted: Posted) -> Response:
    """The answer, with the cookie of the browser that asked. What the code is worth is asked outside a transaction."""
    provider = site_has_one(site)
    _into_the_decoy(request, site)
    token, _, onward = (site.away.read(request) or "").partition(".")
    words, at = Words(token), site.at_the_door()
    try:
        visit = _visit(request, site, words, posted.get("state", ""))
        since = visit.begun_at if visit.purpose == provider_visits.PROVE else None
        shown = provider.shown(posted, words, at=at, since=since)
        answer = provider_endings.end(request, site, visit, shown, onward=inside(onward))
    except Refused as problem:
        return refused(request, site, problem)
    if visit.purpose == provider_visits.SIGN_IN:
        _give_back(request, site)
    return answer


def site_has_one(site: Site) -> Provider:
    """The provider; 404 where there is none."""
    if site.provider is None:
        raise HTTPException(404)
    return site.provider


def away(
    request: Request,
    site: Site,
    purpose: str,
    *,
    onward: str = "",
    link_id: str | None = None,
    session_id: str | None = None,
) -> Response:
    """The page that leads to the provider, and the cookie by which this browser is known when it comes back."""
    provider, at = site_has_one(site), site.at_the_door()
    with site.db.transaction() as session:
        words = provider_visits.begin(session, purpose, at=at, link_id=link_id, session_id=session_id)
    try:
        there = provider.way_there(words, at=at, anew=purpose == provider_visits.PROVE)
    except Refused as problem:
        return refused(request, site, problem)
    answer = show_plain(request, site, "provider_away", there=there)
    site.away.give(answer, f"{words.token}.{onward}", lasts=LASTS)
    return answer


def refused(request: Request, site: Site, problem: Refused) -> Response:
    """One plain sentence, and a line in the log that says why."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        number = tries.count(session, sessions.hashed("provider refused"), at=at)
        signin.refused(session, None, number, at=at, because=f"provider_{problem.why}")
    signed_in = visitor(request, site) is not None
    back = "/console/account" if signed_in else SIGN_IN
    values = {"why": problem.why, "told": TOLD, "back": back}
    return show_plain(request, site, "provider_refused", status=problem.status, **values)


def _visit(request: Request, site: Site, words: Words, state: str) -> Visit:
    at = site.at_the_door()
    with site.db.transaction() as session:
        visit = provider_visits.come_back(session, words, state, at=at)
        if visit is None:
            raise Refused("state")
        if visit.purpose == provider_visits.SIGN_IN:
            earlier = sessions.earlier(session, site.cookie.read(request))
            number = tries.count(session, _allowance(request, site), at=at)
            if number > (tries.MOST if earlier else _STRANGERS):
                raise Refused("often")
    return visit


def _give_back(request: Request, site: Site) -> None:
    with site.db.transaction() as session:
        tries.give_back(session, _allowance(request, site))


def _allowance(request: Request, site: Site) -> str:
    """A browser that somebody signed in on before has its own."""
    before = site.cookie.read(request) or ""
    with site.db.reading() as session:
        known = sessions.earlier(session, before)
    return sessions.hashed(f"provider:{known.id if known else ''}")


def _into_the_decoy(request: Request, site: Site) -> None:
    """A session under duress comes back to where it set out from."""
    who = visitor(request, site)
    if who is None or site.decoys is None:
        return
    with site.db.reading() as session:
        if duress.is_decoy(session, who.hand.session_id):
            request.state.who = who
            raise duress.Decoyed
