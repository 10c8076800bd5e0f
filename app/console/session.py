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
from app.console.carried import Carried, is_theirs, travelling
from app.console.doors import SignedIn, deed, from_our_pages, visitor
from app.console.house_words import words_of_the_house
from app.console.site import ASite, Site
from app.console.wording import SENTENCES, say
from app.errors import DygnetError
from app.logs import Log
from app.staff import (
    code_apps,
    duress,
    half_sign_ins,
    keys_founding,
    passkeys,
    provider_accounts,
    second_factors,
    sessions,
    signin,
)
from app.staff.credentials import StaffSession
from app.staff.half_sign_ins import Half
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
    return show_plain(request, site, "sign_in", status=200, **_blank(onward))


@router.post("/sign-in")
def let_in(request: Request, site: ASite, posted: Posted) -> Response:
    """One answer, at one price, for whatever was wrong."""
    if only_by_provider(site):
        return show_plain(request, site, "sign_in", status=401, **_blank(HOME) | {"refused": "provider"})
    alias, kept = posted.get("alias", "")[:64], travelling(posted)
    if site.decoys:
        site.decoys.draw_ahead()
    typed, at, earlier = posted.get("passphrase", ""), site.at_the_door(), site.cookie.read(request)
    token = signin.sign_in(
        site.db,
        alias,
        typed,
        at=at,
        cookie=earlier,
        terms=site.rota.terms,
        issuer=site.issuer,
        by_provider=site.provider_only,
    )
    onward = inside(posted.get("next", ""))
    if token is None:
        values = _blank(onward) | {"alias": alias, "refused": "passphrase", "carried": kept}
        return show_plain(request, site, "sign_in", status=401, **values)
    if isinstance(token, Half):
        return ask_for_second(request, site, token.token, onward=onward, kept=kept)
    return go_on(request, site, token, onward, kept)


@router.get("/enrol/{token}")
def look_at_link(request: Request, site: ASite, token: str) -> HTMLResponse:
    """Ask for a passphrase. Looking, also by a program that follows links in messages, uses nothing up."""
    return _enrolment(request, site, token)


@router.post("/enrol/{token}")
def enrol(request: Request, site: ASite, token: str, posted: Posted) -> Response:
    """Set the passphrase and sign in here."""
    if only_by_provider(site):
        return _enrolment(request, site, token)
    try:
        typed, at = posted.get("passphrase", ""), site.at_the_door()
        with site.db.reading() as session:
            ours = words_of_the_house(session)
        opened = signin.enrol(site.db, token, typed, at=at, terms=site.rota.terms, ours=ours, issuer=site.issuer)
    except WeakPassphrase as problem:
        return _enrolment(request, site, token, weak=problem.reason)
    except LinkSpent:
        return _enrolment(request, site, token)
    if isinstance(opened, Half):
        return ask_for_second(request, site, opened.token, onward=HOME, kept=None)
    return go_on(request, site, opened, HOME, None)


@router.post("/sign-out")
def let_out(request: Request, site: ASite, who: Annotated[SignedIn, deed()]) -> RedirectResponse:  # noqa: ARG001 - door
    """End the session, and let the browser keep no page of it for its back button. One cookie stays: it opens
    nothing, and tells this browser from a guesser's."""
    _end(site, site.cookie.read(request) or "")
    answer = RedirectResponse(SIGN_IN, status_code=303, headers={"clear-site-data": '"cache"'})
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
        has_one = person is not None and second_factors.has_one(session, person.id, issuer=site.issuer)
    alias = person.alias if person else None
    status = 422 if weak else 200 if alias else 404
    binds = f"/console/enrol/{token}/provider" if by_provider(site) == "first" and not has_one else ""
    values = {"alias": alias, "weak": weak, "shortest": SHORTEST, "binds": binds}
    return show_plain(request, site, "enrol", status=status, **values)


def _end(site: Site, token: str) -> None:
    with site.db.transaction() as session:
        sessions.sign_out(session, token, at=site.at_the_door())


def ask_for_second(
    request: Request, site: Site, token: str, *, onward: str, kept: Carried | None, wrong: bool = False
) -> HTMLResponse:
    """The passphrase was right: now the second factor. What waits for it is in a cookie for a few minutes."""
    with site.db.reading() as session:
        half = half_sign_ins.standing(session, token, at=site.at_the_door())
        person_id = half.person_id if half else ""
        has = {
            "has_app": code_apps.standing(session, person_id) is not None,
            "has_passkey": bool(passkeys.standing(session, person_id)),
            "has_account": provider_accounts.is_bound(session, person_id, site.issuer),
        }
    status = 401 if wrong else 200
    answer = show_plain(request, site, "second", status=status, onward=onward, carried=kept, wrong=wrong, **has)
    site.half.give(answer, token, lasts=half_sign_ins.LASTS)
    return answer


def go_on(request: Request, site: Site, token: str, onward: str, kept: Carried | None) -> Response:
    """Signed in: on to a page of ours, or to what they had typed when their last session ran out.

    The first cookie outlives the session: by it a browser is known again (`app/staff/tries.py`).
    """
    earlier = site.cookie.read(request)
    with site.db.reading() as session:
        begun = session.get_one(StaffSession, sessions.hashed(token))
        under_duress = duress.is_decoy(session, begun.id)
        comes_back = not under_duress and is_theirs(session, kept, site, request, begun.person_id)
    if earlier:
        _end(site, earlier)
    answer: Response = RedirectResponse(onward, status_code=303)
    if kept and comes_back:
        answer = show_plain(request, site, "unsent", carried=kept, csrf=begun.csrf)
    word, _, secret = token.partition(".")
    site.cookie.give(answer, word, lasts=KNOWN_FOR)
    if secret:
        site.lock.give(answer, secret, lasts=sessions.LONGEST)
    if secret and not under_duress:
        _found(site, Hand(begun.person_id, begun.id, secret))
    return answer


def _blank(onward: str) -> dict[str, object]:
    return {"alias": "", "onward": onward, "refused": "", "carried": None, "ended": False}


def _found(site: Site, hand: Hand) -> None:
    """Whoever signs in while the key still lies in a file takes it over from there."""
    if site.rota.folder is None:
        return
    try:
        keys_founding.settle(site.db, site.rota.folder, hand, at=site.clock.now())
    except DygnetError as problem:  # they are signed in, and see why nothing opens; the next one tries again
        _log.error("the key to cases could not be taken over from its file", problem=problem)


def show_plain(request: Request, site: Site, page: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page for somebody who is not signed in yet, in the language their browser asks for."""
    language = preferred(request)
    return site.pages.answer(
        f"{page}.html",
        status=status,
        page=page,
        language=language,
        say=partial(say, language),
        by_provider=by_provider(site),
        provider_only=site.provider_only,
        **values,
    )


def by_provider(site: Site) -> str:
    """What the city's identity provider is here: the `first` step and the only one, or where staff hold the key the
    `second`, for it opens no key; empty where there is none."""
    if site.provider is None:
        return ""
    return "second" if site.rota.terms else "first"


def only_by_provider(site: Site) -> bool:
    """Whether a passphrase has nothing to do here: nobody gets in without the provider, and no key waits for one."""
    return site.provider_only and by_provider(site) == "first"
