"""The page with the phones, and the small JSON it lives on.

Numbers travel in bodies, never in addresses. Deeds are refused when another site asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import Body, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.middleware.base import RequestResponseEndpoint

from app.simulator.exchange import Exchange
from app.simulator.legs import Heard
from app.simulator.phones import BEHAVIOURS, Behaviour, Phone, Text
from app.simulator.rest import create_rest

PAGES: Final = Path(__file__).with_name("pages")
CALLERS: Final = ("+46701740650", "+46701740651", "+46701740652")
"""Invented people who may call, unless the exchange is given others."""
INVENTED: Final = re.compile(r"\+467017406(0[5-9]|[1-9]\d)")
"""Mobile numbers kept free for fiction."""
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


class Deed(BaseModel, extra="forbid"):
    """Something a person does with a phone on the page."""

    phone: str
    do: Literal["call", "text", "answer", "decline", "press", "say", "hang up", "behave"]
    to: str = ""
    words: str = ""
    hidden: bool = False
    behaviour: Behaviour = "by hand"


def create_simulator(exchange: Exchange, *, callers: tuple[str, ...] = CALLERS) -> FastAPI:
    """The whole telephone company as one app: the REST API, and at `/` the page with the phones."""
    app = create_rest(exchange)
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

    @app.get("/phones.json")
    def phones() -> dict[str, Any]:
        return {
            "lines": list(exchange.lines),
            "callers": [_state(phone, exchange) for phone in exchange.strangers],
            "handlers": [_state(phone, exchange) for phone in exchange.shown],
            "behaviours": [behaviour for behaviour in BEHAVIOURS if behaviour != "answers"],
        }

    @app.post("/phones.json")
    def deed(deed: Annotated[Deed, Body()]) -> Response:
        try:
            _DEEDS[deed.do](_phone(exchange, deed.phone), deed)
        except KeyError as problem:
            raise HTTPException(404, "There is no such line.") from problem
        except ValueError as problem:
            raise HTTPException(422, f"Not possible: {problem}.") from problem
        return Response(status_code=204)

    return app


def _phone(exchange: Exchange, number: str) -> Phone:
    """The phone a deed is about. New ones only with numbers that belong to nobody."""
    phone = exchange.subscriber(number)
    if phone is None and not INVENTED.fullmatch(number):
        raise ValueError("use a number that belongs to nobody: +46701740605 to +46701740699")
    return phone or exchange.phone(number)


async def _guard(request: Request, answer: RequestResponseEndpoint) -> Response:
    """Headers on everything; deeds only from this page itself."""
    other_site = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if other_site and request.method == "POST":
        return Response(status_code=403)
    response = await answer(request)
    response.headers.update(HEADERS)
    return response


_DEEDS: Final[Mapping[str, Callable[[Phone, Deed], object]]] = {
    "call": lambda phone, deed: phone.call(deed.to, withheld=deed.hidden),
    "text": lambda phone, deed: phone.text(deed.to, deed.words),
    "answer": lambda phone, _deed: phone.answer(),
    "decline": lambda phone, _deed: phone.decline(),
    "press": lambda phone, deed: phone.press(deed.words),
    "say": lambda phone, deed: phone.say(deed.words),
    "hang up": lambda phone, _deed: phone.hang_up(),
    "behave": lambda phone, deed: phone.behave(deed.behaviour),
}


def _state(phone: Phone, exchange: Exchange) -> dict[str, Any]:
    """Everything the page shows of one phone."""
    with exchange.lock:
        leg = phone.leg
        return {
            "number": phone.number,
            "label": phone.label,
            "behaviour": phone.behaviour,
            "state": "bridged" if phone.bridged_with else phone.state,
            "with": [exchange.phone(number).label or number for number in phone.bridged_with],
            "call": leg.sid if leg else "",
            "from": leg.sender if phone.ringing and leg else "",
            "seconds": leg.seconds_talked if leg else 0,
            "ended": leg.status if leg and leg.over else "",
            "talk": _in_order(leg.heard, leg.said) if leg else [],
            "texts": _in_order(phone.inbox, phone.sent),
        }


def _in_order(theirs: Sequence[Heard | Text], mine: Sequence[Heard | Text]) -> list[dict[str, Any]]:
    """Both sides of a conversation, as it went."""
    both = [(each, False) for each in theirs] + [(each, True) for each in mine]
    return [asdict(each) | {"mine": is_mine} for each, is_mine in sorted(both, key=lambda pair: pair[0].at)]
