"""Letting a colleague in: whoever holds the key to cases gives it on, after comparing digits and with their passphrase.

Only in `staff` mode. The digits are of the colleague's key as this server shows it to both; read over a telephone or
face to face, they are how two people notice that somebody put another key in its place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages, only
from app.console.keys_page import HERE, keys_page
from app.console.site import ASite
from app.staff import keys, signin
from app.staff.directory import by_alias
from app.staff.models import Person
from app.staff.proofs import Proved
from app.web import Now, Posted

router = APIRouter(prefix="/console/keys", dependencies=[Depends(from_our_pages)])


@router.get("")
def show(
    site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)], going: Annotated[str, Query()] = ""
) -> Response:
    """Who holds the key, who waits for it, the reader's own digits, and how far a replacement has come."""
    return keys_page(site, who, at=now, goes_on=going == "on")


@router.post("/{alias}/grant")
def let_in(
    request: Request,
    alias: str,
    site: ASite,
    now: Now,
    who: Annotated[SignedIn, deed(*CASE_ROLES)],
    posted: Posted,
) -> Response:
    """Give the colleague every generation of the key that the reader holds. The session alone would not do."""
    if not posted.get("compared"):
        return keys_page(site, who, at=now, mistake="compare", about=alias)
    typed, cookie = posted.get("passphrase", ""), site.cookie.read(request)
    proved = signin.proves(site.db, who.alias, typed, at=site.at_the_door(), cookie=cookie, terms=site.rota.terms)
    if proved is None or proved.key is None:
        return keys_page(site, who, at=now, mistake="passphrase", about=alias)
    with site.db.transaction() as session:
        given = _give(session, who, proved, alias, posted.get("key", ""), at=now)
    if not given:
        return keys_page(site, who, at=now, mistake="changed", about=alias)
    return RedirectResponse(HERE, status_code=303)


def _give(session: Session, who: SignedIn, proved: Proved, alias: str, digits: str, *, at: datetime) -> bool:
    """Every generation; or a refusal in the log, when the key is not the one that was compared, or not for them."""
    person, mine = by_alias(session, alias), keys.grants_of(session, who.person_id)
    if person is None or proved.key is None or not mine or not _is_still(session, person, digits):
        record(session, at=at, by=who.alias, action="access.refused", outcome="refused", because="key")
        return False
    for grant in mine:
        keys.give(session, keys.opened(grant, proved.key), person, at=at, by=who.alias, because="compared")
    return True


def _is_still(session: Session, person: Person, digits: str) -> bool:
    """By all the digits that were compared: of two keys with the same id one can be made in a day."""
    key = keys.key_of(session, person)
    return key is not None and keys.digits_of(key) == digits and keys.may_hold(person)
