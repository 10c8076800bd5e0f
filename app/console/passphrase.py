"""Changing one's passphrase: the old one, a new one, and the other browsers are signed out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.console.doors import SignedIn, deed, from_our_pages, only
from app.console.house_words import words_of_the_house
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.staff import signin
from app.staff.passphrases import SHORTEST, WeakPassphrase
from app.web import Now, Posted

router = APIRouter(prefix="/console/passphrase", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/passphrase"


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only()], request: Request) -> Response:
    """The form; or that it was done."""
    return _page(site, who, at=now, done="changed" in request.query_params)


@router.post("")
def change(request: Request, site: ASite, now: Now, who: Annotated[SignedIn, deed()], posted: Posted) -> Response:
    """Put the new one in the place of the old. A staff key is wrapped anew: who let them in need not do it again."""
    old, new, token = posted.get("old", ""), posted.get("new", ""), site.cookie.read(request) or ""
    try:
        with site.db.reading() as session:
            ours = words_of_the_house(session)
        at, terms = site.at_the_door(), site.rota.terms
        changed = signin.change_passphrase(site.db, token, old, new, at=at, terms=terms, ours=ours)
    except WeakPassphrase as problem:
        return _page(site, who, at=now, weak=problem.reason)
    if not changed:
        return _page(site, who, at=now, wrong=True)
    return RedirectResponse(f"{HERE}?changed", status_code=303)


def _page(
    site: Site, who: SignedIn, *, at: datetime, weak: str = "", wrong: bool = False, done: bool = False
) -> HTMLResponse:
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        status = 422 if weak or wrong else 200
        return paper.show("passphrase", status=status, weak=weak, wrong=wrong, done=done, shortest=SHORTEST)
