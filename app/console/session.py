"""Signing in and out, and the one-time link with which somebody chooses their passphrase."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Annotated, Final

from babel import negotiate_locale
from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.catalogue import FIRST_LANGUAGE
from app.console.doors import SignedIn, deed, from_our_pages, visitor
from app.console.site import ASite, Site
from app.console.wording import SENTENCES, say
from app.errors import DygnetError
from app.logs import Log
from app.staff import keys_founding, sessions, signin
from app.staff.keys_session import Hand
from app.staff.passphrases import SHORTEST, WeakPassphrase
from app.staff.signin import LinkSpent
from app.staff.tries import KNOWN_FOR
from app.web import Posted

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

HOME: Final = "/console/"
SIGN_IN: Final = "/console/sign-in"

_log = Log("console")

_INSIDE = re.compile(r"/console/[A-Za-z0-9/]*")
"""Where a sign-in may lead: an address of ours without host, query or anything that could become one."""


@router.get("/sign-in")
def ask(request: Request, site: ASite) -> Response:
    """The form, or straight on for somebody who is signed in."""
    onward = inside(request.query_params.get("next", ""))
    if visitor(request, site):
        return RedirectResponse(onward, status_code=303)
    return _show(request, site, "sign_in", alias="", onward=onward, refused=False)


@router.post("/sign-in")
def let_in(request: Request, site: ASite, posted: Posted) -> Response:
    """One answer, at one price, for whatever was wrong."""
    alias, onward = posted.get("alias", "")[:64], inside(posted.get("next", ""))
    earlier = site.cookie.read(request)
    typed, at = posted.get("passphrase", ""), site.at_the_door()
    token = signin.sign_in(site.db, alias, typed, at=at, cookie=earlier, terms=site.rota.terms)
    if token is None:
        return _show(request, site, "sign_in", status=401, alias=alias, onward=onward, refused=True)
    if earlier:
        _end(site, earlier)
    return _with_cookie(site, token, onward)


@router.get("/enrol/{token}")
def look_at_link(request: Request, site: ASite, token: str) -> HTMLResponse:
    """Ask for a passphrase. Looking, also by a program that follows links in messages, uses nothing up."""
    return _enrolment(request, site, token)


@router.post("/enrol/{token}")
def enrol(request: Request, site: ASite, token: str, posted: Posted) -> Response:
    """Set the passphrase and sign in here."""
    try:
        typed, at = posted.get("passphrase", ""), site.at_the_door()
        opened = signin.enrol(site.db, token, typed, at=at, terms=site.rota.terms)
    except WeakPassphrase as problem:
        return _enrolment(request, site, token, weak=problem.reason)
    except LinkSpent:
        return _enrolment(request, site, token)
    return _with_cookie(site, opened, HOME)


@router.post("/sign-out")
def let_out(request: Request, site: ASite, who: Annotated[SignedIn, deed()]) -> RedirectResponse:  # noqa: ARG001 - door
    """End the session. One cookie stays: it opens nothing, and tells this browser from a guesser's."""
    _end(site, site.cookie.read(request) or "")
    answer = RedirectResponse(SIGN_IN, status_code=303)
    if site.rota.terms:
        site.lock.give(answer, "", lasts=timedelta(0))
    return answer


def inside(wanted: str) -> str:
    """Where to go after signing in: where they were going, if that is one of our own pages."""
    return wanted if _INSIDE.fullmatch(wanted) and not wanted.startswith((SIGN_IN, "/console/enrol")) else HOME


def preferred(request: Request) -> str:
    """The language for somebody who is not signed in: the browser's wish is read and forgotten."""
    wishes = request.headers.get("accept-language", "").split(",")[:20]
    codes = [wish.partition(";")[0].strip() for wish in wishes]
    return negotiate_locale(codes, list(SENTENCES.languages), sep="-") or FIRST_LANGUAGE


def _enrolment(request: Request, site: Site, token: str, *, weak: str = "") -> HTMLResponse:
    with site.db.reading() as session:
        person = signin.link_is_for(session, token, at=site.at_the_door())
    alias = person.alias if person else None
    status = 422 if weak else 200 if alias else 404
    return _show(request, site, "enrol", status=status, alias=alias, weak=weak, shortest=SHORTEST)


def _end(site: Site, token: str) -> None:
    with site.db.transaction() as session:
        sessions.sign_out(session, token, at=site.at_the_door())


def _with_cookie(site: Site, token: str, onward: str) -> RedirectResponse:
    """On to a page of ours. The cookie outlives the session: by it a browser is known again (`app/staff/tries.py`)."""
    answer = RedirectResponse(onward, status_code=303)
    word, _, secret = token.partition(".")
    site.cookie.give(answer, word, lasts=KNOWN_FOR)
    if secret:
        site.lock.give(answer, secret, lasts=sessions.LONGEST)
        _found(site, token)
    return answer


def _found(site: Site, token: str) -> None:
    """Whoever signs in while the key still lies in a file takes it over from there."""
    if site.rota.folder is None:
        return
    at = site.at_the_door()
    with site.db.reading() as session:
        person = sessions.who(session, token, at=at)
    if person:
        hand = Hand(person.id, sessions.hashed(token), token.partition(".")[2])
        try:
            keys_founding.settle(site.db, site.rota.folder, hand, at=site.clock.now())
        except DygnetError as problem:  # they are signed in, and see why nothing opens; the next one tries again
            _log.error("the key to cases could not be taken over from its file", problem=problem)


def _show(request: Request, site: Site, page: str, *, status: int = 200, **values: object) -> HTMLResponse:
    language = preferred(request)
    return site.pages.answer(
        f"{page}.html", status=status, page=page, language=language, say=partial(say, language), **values
    )
