"""The console's app: the only face that opens cases."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import cast

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.clock import Clock
from app.console import (
    account,
    account_factors,
    account_safety,
    asking,
    board,
    breach,
    bridge,
    calendar,
    case,
    channels,
    co_handlers,
    conflict,
    control,
    deeds,
    demands,
    entering,
    forgetting,
    glass,
    handing,
    joining,
    keeping,
    letters,
    letting_in,
    link,
    linking,
    log,
    month,
    morning,
    notes,
    own_data,
    passphrase,
    people,
    provider,
    provider_account,
    proving,
    replacing,
    reveal,
    roster,
    roster_deeds,
    second_step,
    senior,
    session,
    statistics,
    statistics_sealed,
    style,
    talk,
    tap,
    writing,
)
from app.console.answered import answered, only_then
from app.console.attending import Attending
from app.console.decoys import Decoys
from app.console.dossier import (
    arrived,
    colliding,
    consenting,
    cover,
    following_up,
    handing_over,
    incidents,
    leaving,
    meetings,
    offers,
    opening_places,
    places,
    route,
    screening,
    seconding,
    to_dos,
)
from app.console.dossier import children as child_track
from app.console.dossier.words import WORDS
from app.console.entrance import Entrance
from app.console.opening import HeldByServer, HeldElsewhere, RotaKey
from app.console.pad import TEXTS
from app.console.session import preferred
from app.console.signing_in import draw_signing_in
from app.console.site import Site
from app.console.teller import Teller
from app.console.times import length
from app.console.watch import Watch
from app.console.wording import language_name, languages_read, number_read, say
from app.db import Database
from app.settings import PUSH_SERVICES
from app.staff.passkeys import Here
from app.staff.provider import Provider
from app.vault.keyring import Keyring
from app.web import Cookie, Pages, Problem, new_face

FOLDER = Path(__file__).parent / "pages"
PAGES = Pages(
    FOLDER,
    number=number_read,
    language_name=language_name,
    spoken=languages_read,
    length=length,
    texts_say=TEXTS.say,
    dossier_say=WORDS.say,
    answered=answered,
    only_then=only_then,
)
_PROBLEMS = {401: "signed_out", 403: "forbidden", 404: "missing", 405: "missing", 413: "too_large"}

_ROOMS = APIRouter()
"""Put together once: what FastAPI works out about a route serves every app that has it."""

for _room in (
    session,
    second_step,
    provider,
    account,
    account_factors,
    account_safety,
    provider_account,
    board,
    entering,
    case,
    deeds,
    tap,
    conflict,
    notes,
    linking,
    joining,
    glass,
    breach,
    keeping,
    link,
    senior,
    reveal,
    bridge,
    talk,
    writing,
    letters,
    asking,
    cover,
    screening,
    route,
    offers,
    consenting,
    leaving,
    seconding,
    handing_over,
    arrived,
    colliding,
    meetings,
    incidents,
    places,
    opening_places,
    to_dos,
    co_handlers,
    child_track,
    following_up,
    roster,
    roster_deeds,
    month,
    morning,
    calendar,
    channels,
    proving,
    passphrase,
    people,
    letting_in,
    replacing,
    log,
    control,
    forgetting,
    handing,
    own_data,
    demands,
    statistics,
    statistics_sealed,
    style,
):
    _ROOMS.include_router(_room.router)


def create_console(
    db: Database,
    clock: Clock,
    keyring: Keyring,
    *,
    public_url: str,
    door_clock: Clock | None = None,
    attending: Attending | None = None,
    entrance: Entrance | None = None,
    rota: RotaKey | None = None,
    push_services: tuple[str, ...] = PUSH_SERVICES,
    second_factor_is_required: bool = False,
    provider: Provider | None = None,
    provider_only: bool = False,
    is_decoy: bool = False,
) -> FastAPI:
    """The surface `console`. Its addresses are whole: `/console/…`.

    `rota` opens cases; without one `keyring` holds the rota key's private half. `door_clock` times links and sign-ins;
    a demo whose clock runs fast gives the wall's, so that nobody is signed out after three seconds. Without somebody
    `attending` calls are made by hand. A decoy is what a session under duress is shown (`decoys`).
    """

    def furnish(house: Database) -> FastAPI:
        return create_console(
            house,
            clock,
            keyring,
            public_url=public_url,
            door_clock=door_clock,
            entrance=entrance,
            rota=HeldElsewhere(rota.folder) if rota else None,
            second_factor_is_required=second_factor_is_required,
            provider=provider,
            provider_only=provider_only,
            is_decoy=True,
        )

    face = new_face(
        db=db, clock=clock, public_url=public_url, problem_page=_problem_page, most_fields=own_data.MOST_FIELDS
    )
    face.state.site = Site(
        db=db,
        clock=clock,
        door_clock=door_clock or clock,
        pages=PAGES,
        cookie=Cookie("dygnet", https=public_url.startswith("https://")),
        lock=Cookie("dygnet-lock", https=public_url.startswith("https://")),
        keyring=keyring,
        rota=rota or HeldByServer(keyring),
        teller=Teller(Watch(db, clock).version),
        attending=attending,
        entrance=entrance,
        push_services=push_services,
        half=Cookie("dygnet-half", https=public_url.startswith("https://")),
        here=Here(public_url),
        provider=provider,
        provider_only=provider_only,
        away=Cookie("dygnet-away", https=public_url.startswith("https://")),
        second_factor_is_required=second_factor_is_required,
        decoys=None if is_decoy else Decoys(db, furnish),
    )
    draw_signing_in(face, _problem_page)
    face.mount("/console/assets", StaticFiles(directory=FOLDER / "assets"))
    face.router.routes.extend(_ROOMS.routes)
    return face


def _problem_page(request: Request, problem: Problem) -> Response:
    """What happened, whether anything was lost, and what to do now; a page without a sign-in leads to it."""
    who = getattr(request.state, "who", None)
    language = who.language if who else preferred(request)
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else _PROBLEMS.get(problem.status, "unclear")
    return cast(Site, request.app.state.site).pages.answer(
        "problem.html",
        status=problem.status,
        page="problem",
        language=language,
        say=partial(say, language),
        kind=kind,
        changed_nothing=request.method == "POST",
    )
