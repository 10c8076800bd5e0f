"""What is answered when a page or a deed wants more of somebody than they have shown: to sign in, a second factor, a
fresh proof. Nothing that was typed is lost on the way."""

from __future__ import annotations

from typing import Final, cast
from urllib.parse import parse_qsl, quote

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from app.console import carried
from app.console.account import HERE, hands_over_key
from app.console.carried import Carried
from app.console.decoys import Decoys, Elsewhere
from app.console.doors import FactorWanted, ProofWanted, SignedIn
from app.console.paper import paper_for
from app.console.session import SIGN_IN, inside, show_plain
from app.console.site import Site
from app.errors import NotSignedIn
from app.staff import passkeys, provider_accounts
from app.staff.duress import Decoyed
from app.web import Problem, ProblemPage

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 100


def draw_signing_in(face: FastAPI, problem_page: ProblemPage) -> None:
    """Hang these answers on the console's face."""

    async def nobody(request: Request, _error: Exception) -> Response:
        return await _turned_away(request, _site(request), problem_page)

    async def decoyed(request: Request, _error: Exception) -> Response:
        site, body = _site(request), await request.body()
        who = cast(SignedIn, request.state.who)
        return Elsewhere(await run_in_threadpool(cast(Decoys, site.decoys).for_session, who.hand.session_id), body)

    async def without_a_factor(_request: Request, _error: Exception) -> Response:
        return RedirectResponse(HERE, status_code=303)

    face.add_exception_handler(NotSignedIn, nobody)
    face.add_exception_handler(Decoyed, decoyed)
    face.add_exception_handler(FactorWanted, without_a_factor)
    face.add_exception_handler(ProofWanted, _ask_for_proof)


def _ask_for_proof(request: Request, error: Exception) -> Response:
    """The same form once more, with everything that was in it, and one field besides."""
    site, wanted = _site(request), cast(ProofWanted, error)
    who = cast(SignedIn, request.state.who)
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=site.clock.now())
        return paper.show(
            "prove",
            status=403,
            to=request.scope["path"],
            fields=wanted.fields,
            wrong=wanted.wrong,
            has_passkey=bool(passkeys.standing(session, who.person_id)),
            hands_over_key=hands_over_key(site),
            has_account=provider_accounts.is_bound(session, who.person_id, site.issuer),
        )


async def _turned_away(request: Request, site: Site, problem_page: ProblemPage) -> Response:
    """To the sign-in, with whatever they typed."""
    if request.method != "POST":
        return RedirectResponse(f"{SIGN_IN}?next={quote(request.scope['path'])}", status_code=303)
    kept = await _what_they_typed(request)
    theirs: bool = await run_in_threadpool(_is_theirs, kept, site, request)
    if kept and theirs:
        values = {"alias": "", "onward": inside(kept.to), "refused": "", "carried": kept, "ended": True}
        return show_plain(request, site, "sign_in", status=401, **values)
    return problem_page(request, Problem(401))


async def _what_they_typed(request: Request) -> Carried | None:
    if not request.headers.get("content-type", "").startswith(_FORM):
        return None
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return carried.unsent(request.scope["path"], dict(reversed(pairs)))


def _is_theirs(kept: Carried | None, site: Site, request: Request) -> bool:
    with site.db.reading() as session:
        return carried.is_theirs(session, kept, site, request)


def _site(request: Request) -> Site:
    return cast(Site, request.app.state.site)
