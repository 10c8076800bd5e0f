"""The second step of signing in: a code, a passkey, or one of ten codes on paper; or a passkey and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.console.carried import travelling
from app.console.doors import from_our_pages
from app.console.session import SIGN_IN, ask_for_second, go_on, inside, show_plain
from app.console.site import ASite, Site
from app.staff import freshness, guesses, half_sign_ins, passkeys, second_factors, sessions, tries
from app.staff.models import Person
from app.staff.signin import refused
from app.web import Posted

router = APIRouter(prefix="/console/sign-in", dependencies=[Depends(from_our_pages)])


@router.post("/second")
def show_second(request: Request, site: ASite, posted: Posted) -> Response:
    """A code from the app, or one of the codes on paper."""
    token, kept, onward = site.half.read(request) or "", travelling(posted), inside(posted.get("next", ""))
    opened = None if site.provider_only else _by_code(request, site, token, posted.get("code", ""))
    if opened:
        return go_on(request, site, opened, onward, kept)
    with site.db.reading() as session:
        if half_sign_ins.standing(session, token, at=site.at_the_door()):
            return ask_for_second(request, site, token, onward=onward, kept=kept, wrong=True)
    values = {"alias": "", "onward": onward, "refused": "second", "carried": kept, "ended": False}
    return show_plain(request, site, "sign_in", status=401, **values)


@router.post("/passkey/question")
def ask_passkey(request: Request, site: ASite) -> Response:
    """What a passkey is to sign: one of the person's whose passphrase was right, else anybody's."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        half = half_sign_ins.standing(session, site.half.read(request), at=at)
        person_id = half.person_id if half else None
        return JSONResponse(passkeys.asked_to_sign(session, "sign_in", person_id, site.here, at=at))


@router.post("/passkey")
def show_passkey(request: Request, site: ASite, posted: Posted) -> Response:
    """A passkey: the second step, or the only one, for its holder showed the authenticator who they are."""
    token, kept, onward = site.half.read(request), travelling(posted), inside(posted.get("next", ""))
    opened = None if site.provider_only else _by_passkey(site, token, posted)
    if opened:
        return go_on(request, site, opened, onward, kept)
    values = {"alias": "", "onward": onward, "refused": "passkey", "carried": kept, "ended": False}
    return show_plain(request, site, "sign_in", status=401, **values)


def _by_code(request: Request, site: Site, token: str, code: str) -> str | None:
    """The try is counted before the code is looked at, and given back when it was right."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        half = half_sign_ins.standing(session, token, at=at)
        if half is None:
            return None
        person = session.get_one(Person, half.person_id)
        allowance = _allowance(tries.allowance(person, sessions.earlier(session, site.cookie.read(request)), at=at))
        number = tries.count(session, allowance, at=at)
    with site.db.transaction() as session:
        person = session.get_one(Person, person.id)
        if number > tries.MOST or not second_factors.takes(session, person, code, site.keyring, at=at):
            refused(session, person.alias, number, at=at)
            _note_guess(session, person.id, number, at=at)
            return None
        tries.give_back(session, allowance)
        return half_sign_ins.finish(session, token, person, at=at)


def _by_passkey(site: Site, token: str | None, posted: Mapping[str, str]) -> str | None:
    at = site.at_the_door()
    with site.db.transaction() as session:
        half = half_sign_ins.standing(session, token, at=at)
        asked_of = half.person_id if half else None
        signed = posted.get("credential", "")
        used = passkeys.used(session, signed, "sign_in", site.here, at=at, person_id=asked_of)
        person = session.get(Person, used.person_id) if used else None
        if used is None or person is None or not person.is_active:
            number = tries.count(session, _allowance("passkeys"), at=at)
            refused(session, None, number, at=at)
            _note_guess(session, asked_of, number, at=at)
            return None
        if half and token:
            return half_sign_ins.finish(session, token, person, at=at)
        key = passkeys.unlocked(session, used, posted.get("prf", ""))
        return sessions.begin(session, person, at=at, key=key, proof=freshness.PASSKEY)


def _note_guess(session: Session, person_id: str | None, number: int, *, at: datetime) -> None:
    """After a right passphrase; and no more often than codes are looked at, so that no guesser fills the table."""
    if person_id and number <= tries.MOST:
        guesses.note(session, person_id, at=at)


def _allowance(of_passphrases: str) -> str:
    """Codes are counted apart from passphrases."""
    return sessions.hashed(f"code:{of_passphrases}")


@router.get("/second")
def start_again() -> Response:
    """Reloaded, or found in the history: from the beginning."""
    return RedirectResponse(SIGN_IN, status_code=303)
