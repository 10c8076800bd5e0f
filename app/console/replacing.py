"""Replacing the key to cases, where staff hold it: a new one for everybody who holds it, old cases sealed to it, the
old one destroyed. Whoever stops in the middle, or loses their session, has lost nothing; any holder goes on.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages
from app.console.keys_page import HERE, keys_page
from app.console.opening import NotLetIn
from app.console.site import ASite, Site
from app.errors import AlreadyTaken, BadInput, DygnetError, NoSuchPage
from app.keys import replacing
from app.keys.replacing import NobodyHolds, OtherPeople
from app.keys.rotation import Rotation
from app.logs import Log
from app.staff import keys, signin
from app.staff.keys_session import Locked
from app.vault.rotation import Batch
from app.vault.staff_keys import ROTA
from app.web import Now, Posted

router = APIRouter(prefix="/console/keys", dependencies=[Depends(from_our_pages)])

AHolder = Annotated[SignedIn, deed(*CASE_ROLES)]

_GOING_ON: Final = f"{HERE}?going=on#replacement"
_log = Log("console")


@router.post("/generations")
def replace(request: Request, site: ASite, who: AHolder, posted: Posted, now: Now) -> Response:
    """Make a new key and give it to everybody on the roll that was shown. The session alone would not do."""
    folder = _folder(site)
    if mistake := _unproved(request, site, who, posted.get("passphrase", ""), at=now):
        return keys_page(site, who, at=now, mistake=mistake, about="replace")
    try:
        replacing.replace(site.db, folder, at=now, by=who.alias, shown=posted.get("roll", ""))
    except (AlreadyTaken, OtherPeople, NobodyHolds) as problem:
        return keys_page(site, who, at=now, mistake=_MISTAKES[type(problem)], about="replace")
    except OSError as problem:
        _log.error("the new key's public half cannot be written into the folder of keys", problem=problem)
        return keys_page(site, who, at=now, mistake="folder", about="replace")
    return RedirectResponse(f"{HERE}#replacement", status_code=303)


@router.post("/portions")
def reseal(site: ASite, who: AHolder, now: Now) -> Response:
    """Seal some more old cases to the new key, with what the reader's browser unlocks."""
    try:
        batch = _portion(site, who, _folder(site), at=now)
    except (Locked, NotLetIn) as problem:
        mistake = "sign_in_again" if isinstance(problem, Locked) else "not_let_in"
        return keys_page(site, who, at=now, mistake=mistake, about="reseal")
    if batch.damaged and not batch.done:
        return keys_page(site, who, at=now, mistake="damaged", about="reseal")
    return RedirectResponse(_GOING_ON, status_code=303)


@router.post("/endings")
def finish(request: Request, site: ASite, who: AHolder, posted: Posted, now: Now) -> Response:
    """Destroy the older keys, when nothing that opens is sealed to them."""
    folder = _folder(site)
    if mistake := _unproved(request, site, who, posted.get("passphrase", ""), at=now):
        return keys_page(site, who, at=now, mistake=mistake, about="finish")
    try:
        _finish(site, who, folder, at=now)
    except (Locked, NotLetIn):
        return keys_page(site, who, at=now, mistake="sign_in_again", about="finish")
    except BadInput:
        return keys_page(site, who, at=now, mistake="still_needed", about="finish")
    return RedirectResponse(HERE, status_code=303)


_MISTAKES: Final[dict[type[DygnetError], str]] = {
    AlreadyTaken: "replaced_already",
    OtherPeople: "other_people",
    NobodyHolds: "not_let_in",
}


def _folder(site: Site) -> Path:
    """Where public halves lie. Where the server holds the key there is nothing to replace here."""
    if site.rota.folder is None:
        raise NoSuchPage("The server holds the key to cases here; an operator replaces it.")
    return site.rota.folder


def _unproved(request: Request, site: Site, who: SignedIn, typed: str, *, at: datetime) -> str:
    """Why they may not: the passphrase is wrong, or they hold no key. Empty when they may."""
    cookie = site.cookie.read(request)
    proved = signin.proves(site.db, who.alias, typed, at=site.at_the_door(), cookie=cookie, terms=site.rota.terms)
    if proved is None or proved.key is None:
        return "passphrase"
    with site.db.transaction() as session:
        if keys.grants_of(session, who.person_id):
            return ""
        record(session, at=at, by=who.alias, action="access.refused", outcome="refused", because="key")
    return "not_let_in"


def _portion(site: Site, who: SignedIn, folder: Path, *, at: datetime) -> Batch:
    """Of the oldest generation that has any left. The key is open for the length of this call."""
    with site.db.reading() as session:
        wanted = [one.key_id for one in _older(session, site) if one.left]
        if not wanted:
            return Batch(0, 0, None)
        with site.rota.opened(session, who.hand, wanted[:1]) as old:
            return replacing.reseal(site.db, folder, old, at=at, by=who.alias)


def _finish(site: Site, who: SignedIn, folder: Path, *, at: datetime) -> None:
    """What does not open with the old key keeps no old key; that is why it is opened once more."""
    with site.db.reading() as session:
        wanted = [one.key_id for one in _older(session, site) if one.left]
        opened = {}
        for key_id in wanted:
            with site.rota.opened(session, who.hand, [key_id]) as old:
                opened[key_id] = old
    Rotation(site.db, folder, ROTA, at, who.alias, staff_hold=True, opened=opened).finish()


def _older(session: Session, site: Site) -> list[replacing.Older]:
    current = replacing.in_use(session, site.keyring.public(ROTA).key_id)
    return list(replacing.older(session, current))
