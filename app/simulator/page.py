"""The page with the phones, and the small JSON it lives on.

Numbers travel in bodies, never in addresses. Deeds are refused when another site asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Body, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from app.simulator import page_state
from app.simulator.bad_day import BadDay, what_can_go_wrong
from app.simulator.behaviours import BEHAVIOURS
from app.simulator.elks import Elks
from app.simulator.elks_rest import create_elks
from app.simulator.exchange import Exchange
from app.simulator.numbers import WITHHELD
from app.simulator.page_deeds import Deed, carry_out
from app.simulator.rest import create_rest

PAGES: Final = Path(__file__).with_name("pages")
CALLERS: Final = ("+46701740650", "+46701740651", "+46701740652")
"""Invented people who may call, unless the exchange is given others."""
ODD: Final = ("sip:someone@example.org", "client:someone")
"""Callers that are no telephones."""
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_simulator(exchange: Exchange, *, callers: tuple[str, ...] = CALLERS, elks: Elks | None = None) -> FastAPI:
    """The whole telephone company as one app: the REST API, and at `/` the page with the phones.

    A second carrier answers at `/elks`, on the same phones.
    """
    app = create_rest(exchange)
    if elks:
        app.mount("/elks", create_elks(elks))
    app.mount("/", create_phones_page(exchange, callers=callers))
    return app


def create_phones_page(exchange: Exchange, *, callers: tuple[str, ...] = CALLERS) -> FastAPI:
    """Only the page with the phones. `callers` are the numbers offered to call the lines from."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.middleware("http")(_guard)
    app.mount("/pages", StaticFiles(directory=PAGES))
    for number in callers:
        exchange.phone(number)

    @app.get("/")
    def page() -> Response:
        return FileResponse(PAGES / "phones.html")

    _add_phones(app, exchange)
    _add_carriers(app, exchange)
    return app


def _add_phones(app: FastAPI, exchange: Exchange) -> None:
    @app.get("/phones.json")
    def phones() -> dict[str, Any]:
        return {
            "lines": list(exchange.lines),
            "take_texts": [*exchange.lines, *exchange.other_numbers],
            "callers": [page_state.phone(exchange, phone) for phone in exchange.strangers],
            "handlers": [page_state.phone(exchange, phone) for phone in exchange.shown],
            "behaviours": BEHAVIOURS,
            "spellings": [*WITHHELD, *ODD],
        }

    @app.post("/phones.json")
    def deed(deed: Annotated[Deed, Body()]) -> Response:
        try:
            carry_out(exchange, deed)
        except KeyError as problem:
            raise HTTPException(404, "There is no such line.") from problem
        except ValueError as problem:
            raise HTTPException(422, f"Not possible: {problem}.") from problem
        return Response(status_code=204)


def _add_carriers(app: FastAPI, exchange: Exchange) -> None:
    days: dict[str, BadDay] = {}

    @app.get("/carriers.json")
    def carriers() -> dict[str, Any]:
        return {
            "carriers": [
                {"name": name, "day": days.get(name, BadDay()), "can": sorted(what_can_go_wrong(name, exchange))}
                for name in exchange.carriers
            ]
        }

    @app.put("/carriers/{name}.json")
    def begin(name: str, day: Annotated[BadDay, Body()]) -> Response:
        if name not in exchange.carriers:
            raise HTTPException(404, "There is no such carrier.")
        days[name] = day
        day.begin(exchange.carriers[name])
        return Response(status_code=204)

    @app.get("/traffic.json")
    def traffic(after: int = 0) -> list[dict[str, Any]]:
        return page_state.traffic(exchange, after=after)


async def _guard(request: Request, answer: RequestResponseEndpoint) -> Response:
    """Headers on everything; deeds only from this page itself."""
    other_site = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if other_site and request.method != "GET":
        return Response(status_code=403)
    response = await answer(request)
    response.headers.update(HEADERS)
    return response
