"""Adding and taking away second factors. Each wants a fresh proof, and is an entry in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.console.account import HERE, app_page, hands_over_key, page
from app.console.doors import SignedIn, deed, from_our_pages, grave
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.staff import code_apps, keys_session, passkeys, recovery_codes, second_factors
from app.staff.factor_models import Passkey
from app.web import Now, Posted

router = APIRouter(prefix="/console/account", dependencies=[Depends(from_our_pages)])

ABeginner = Annotated[SignedIn, grave(before_a_factor=True)]


@router.post("/app")
def begin_app(site: ASite, who: ABeginner) -> Response:
    """A new seed, which no app has yet."""
    with site.db.transaction() as session:
        if code_apps.standing(session, who.person_id) is None:
            code_apps.begin(session, who.person(session), site.keyring, at=site.at_the_door())
    return RedirectResponse(f"{HERE}/app", status_code=303)


@router.post("/app/code")
def confirm_app(
    site: ASite, now: Now, who: Annotated[SignedIn, deed(before_a_factor=True)], posted: Posted
) -> Response:
    """The app shows a right code: from now on it is asked for one."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        person = who.person(session)
        confirmed = code_apps.confirm(session, person, posted.get("code", ""), site.keyring, at=at)
        codes = first_codes(session, who, at=at) if confirmed else ()
    if not confirmed:
        return app_page(site, who, at=now, wrong=True)
    return done(site, who, codes, at=now)


@router.post("/app/removal")
def remove_app(site: ASite, now: Now, who: Annotated[SignedIn, grave()]) -> Response:
    """No code is asked for any more."""
    with site.db.transaction() as session:
        if code_apps.standing(session, who.person_id) and must_stay(session, site, who):
            return page(site, who, at=now, mistake="last", status=422)
        code_apps.take_away(session, who.person(session), at=site.at_the_door(), by=who.alias)
    return RedirectResponse(HERE, status_code=303)


@router.post("/passkeys/question")
def ask_authenticator(
    site: ASite, who: Annotated[SignedIn, deed(before_a_factor=True)], posted: Posted
) -> JSONResponse:
    """What the browser gives the authenticator: to make a passkey, or to sign with one."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        if posted.get("purpose") == "register":
            return JSONResponse(passkeys.asked_to_register(session, who.person(session), site.here, at=at))
        return JSONResponse(passkeys.asked_to_sign(session, "prove", who.person_id, site.here, at=at))


@router.post("/passkeys")
def add_passkey(site: ASite, now: Now, who: ABeginner, posted: Posted) -> Response:
    """One more passkey, by a name of their own."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        answer, name = posted.get("credential", ""), posted.get("name", "")
        made = passkeys.add(session, who.person(session), answer, name, site.here, at=at)
        if made and hands_over_key(site) and posted.get("prf"):
            _lock_key_under(session, made, who, posted["prf"])
        codes = first_codes(session, who, at=at) if made else ()
    if made is None:
        return page(site, who, at=now, mistake="passkey", status=422)
    return done(site, who, codes, at=now)


@router.post("/passkeys/{passkey_id}/removal")
def remove_passkey(site: ASite, now: Now, passkey_id: str, who: Annotated[SignedIn, grave()]) -> Response:
    """It opens nothing any more. Somebody else's, and one that never was, are left alone without a word."""
    with site.db.transaction() as session:
        if must_stay(session, site, who):
            return page(site, who, at=now, mistake="last", status=422)
        passkeys.take_away(session, who.person(session), passkey_id, at=site.at_the_door(), by=who.alias)
    return RedirectResponse(HERE, status_code=303)


@router.post("/codes")
def make_codes(site: ASite, now: Now, who: Annotated[SignedIn, grave()]) -> Response:
    """Ten new codes; the earlier ones are void. They are shown this once."""
    with site.db.transaction() as session:
        if not second_factors.has_one(session, who.person_id, issuer=site.issuer):
            return page(site, who, at=now, mistake="factor_first", status=422)
        codes = recovery_codes.make(session, who.person(session), at=site.at_the_door())
    return done(site, who, codes, at=now)


def must_stay(session: Session, site: Site, who: SignedIn) -> bool:
    """Whether a factor may not be taken away, because it is the last one."""
    return site.second_factor_is_required and second_factors.is_last(session, who.person_id, issuer=site.issuer)


def first_codes(session: Session, who: SignedIn, *, at: datetime) -> list[str]:
    """With the first factor come ten codes for the day it is lost."""
    if recovery_codes.left(session, who.person_id):
        return []
    return list(recovery_codes.make(session, who.person(session), at=at))


def _lock_key_under(session: Session, made: Passkey, who: SignedIn, made_of_it: str) -> None:
    """The staff key that this session unlocks, also under what the authenticator makes of our question."""
    try:
        key = keys_session.unlocked(session, who.hand)
    except DygnetError:
        return  # this session opens nothing either: the passkey signs in, and the passphrase opens cases
    passkeys.lock_key_under(made, key, made_of_it)


def done(site: Site, who: SignedIn, codes: object, *, at: datetime) -> HTMLResponse | RedirectResponse:
    """Back to the page; or to the codes on paper, which are shown this once."""
    if not codes:
        return RedirectResponse(HERE, status_code=303)
    with site.db.reading() as session:
        return paper_for(session, site, who, at=at).show("recovery_codes", codes=codes)
