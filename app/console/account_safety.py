"""Ending one's sessions elsewhere, and the passphrase for whoever is made to sign in."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.console.account import HERE, page
from app.console.doors import SignedIn, from_our_pages, grave
from app.console.house_words import words_of_the_house
from app.console.site import ASite, Site
from app.staff import duress, passphrases, proofs, sessions
from app.staff.passphrases import WeakPassphrase
from app.web import Now, Posted

router = APIRouter(prefix="/console/account", dependencies=[Depends(from_our_pages)])

_SESSIONS: Final = f"{HERE}#sessions"


@router.post("/sessions/{session_id}/end")
def end_one(site: ASite, session_id: str, who: Annotated[SignedIn, grave()]) -> Response:
    """Sign out another of one's browsers; `others` are all but this. One that is not theirs is left alone."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        for found in sessions.standing(session, who.person_id, at=at):
            is_meant = session_id in (found.id, "others")
            if is_meant and found.id != who.hand.session_id:
                sessions.end(session, found, at=at)
    return RedirectResponse(_SESSIONS, status_code=303)


@router.post("/duress")
def choose(site: ASite, now: Now, who: Annotated[SignedIn, grave()], posted: Posted) -> Response:
    """Choose the other passphrase: a good one, and not the one that opens everything."""
    typed = posted.get("other", "")
    with site.db.reading() as session:
        ours = words_of_the_house(session)
    try:
        passphrases.refuse_weak(typed, alias=who.alias, ours=ours)
    except WeakPassphrase as problem:
        return page(site, who, at=now, mistake=problem.reason, status=422)
    if _is_the_real_one(site, who, typed):
        return page(site, who, at=now, mistake="same", status=422)
    with site.db.reading() as session:
        phc = duress.derived(session, who.person_id, typed)
    with site.db.transaction() as session:
        duress.choose(session, who.person(session), phc, at=site.at_the_door())
    return RedirectResponse(HERE, status_code=303)


@router.post("/duress/removal")
def take_away(site: ASite, who: Annotated[SignedIn, grave()]) -> Response:
    """They want none any more."""
    with site.db.transaction() as session:
        duress.take_away(session, who.person(session), at=site.at_the_door())
    return RedirectResponse(HERE, status_code=303)


def _is_the_real_one(site: Site, who: SignedIn, typed: str) -> bool:
    with site.db.reading() as session:
        attempt = proofs.against(session, who.person(session))
    proved = proofs.prove(attempt, typed, terms=site.rota.terms)
    return proved is not None and not proved.duress
