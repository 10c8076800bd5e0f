"""How one signs in: the page on which each sees and changes their own ways in, and the sessions that are open."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.console.doors import SignedIn, deed, from_our_pages, only, quietly
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.staff import code_apps, duress, passkeys, provider_accounts, recovery_codes, second_factors, sessions
from app.staff.credentials import StaffSession
from app.web import Now

router = APIRouter(prefix="/console/account", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/account"


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(before_a_factor=True)]) -> Response:
    """Second factors, codes on paper, the passphrase for duress, and where one is signed in."""
    return page(site, who, at=now)


@router.get("/app")
def show_app(site: ASite, now: Now, who: Annotated[SignedIn, only(before_a_factor=True)]) -> Response:
    """The square to scan, until the app has shown a first code."""
    return app_page(site, who, at=now)


@router.get("/left")
def left(site: ASite, who: Annotated[SignedIn, quietly()]) -> PlainTextResponse:
    """Seconds until the session is over, for the page that warns of it. Asking keeps nobody signed in."""
    return PlainTextResponse(str(max(0, int((_ends_at(site, who) - site.at_the_door()).total_seconds()))))


@router.post("/stay")
def stay(site: ASite, who: Annotated[SignedIn, deed(before_a_factor=True)]) -> PlainTextResponse:
    """They are still there: the idle time begins anew."""
    return left(site, who)


def page(site: Site, who: SignedIn, *, at: datetime, mistake: str = "", status: int = 200) -> HTMLResponse:
    """The page; `mistake` is the end of a sentence's key."""
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        return paper.show(
            "account",
            status=status,
            mistake=mistake,
            code_app=code_apps.standing(session, who.person_id),
            passkeys=passkeys.standing(session, who.person_id),
            codes_left=recovery_codes.left(session, who.person_id),
            is_last=second_factors.is_last(session, who.person_id, issuer=site.issuer),
            has_provider=site.provider is not None,
            bound=provider_accounts.standing(session, who.person_id, site.issuer),
            is_required=site.second_factor_is_required,
            hands_over_key=hands_over_key(site),
            duress_since=_duress_since(session, who),
            sessions=sessions.standing(session, who.person_id, at=site.at_the_door()),
        )


def app_page(site: Site, who: SignedIn, *, at: datetime, wrong: bool = False) -> HTMLResponse:
    """The square and the same in letters."""
    with site.db.reading() as session:
        seed = code_apps.begun(session, who.person_id, site.keyring, at=site.at_the_door())
        if seed is None:
            return page(site, who, at=at)
        square = segno.make(code_apps.uri(seed, who.alias), error="m")
        letters = " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))
        paper = paper_for(session, site, who, at=at)
        return paper.show("code_app", status=422 if wrong else 200, rows=_drawn(square), seed=letters, wrong=wrong)


def hands_over_key(site: Site) -> bool:
    """Whether a passkey is asked to lock the staff key: where staff hold the key to cases."""
    return site.rota.terms is not None


def _ends_at(site: Site, who: SignedIn) -> datetime:
    with site.db.reading() as session:
        found = session.get_one(StaffSession, who.hand.session_id)
        return sessions.ends_at(found)


def _duress_since(session: Any, who: SignedIn) -> datetime | None:
    other = duress.standing(session, who.person_id)
    return other.set_at if other else None


def _drawn(square: segno.QRCode) -> tuple[int, str]:
    """The side in modules with its quiet zone, and the dark ones as an SVG path: no library's markup in our page."""
    quiet = 4
    matrix = [list(row) for row in square.matrix]
    dark = [(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module]
    return len(matrix) + 2 * quiet, "".join(f"M{x + quiet} {y + quiet}h1v1h-1z" for x, y in dark)
