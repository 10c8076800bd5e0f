"""The second carrier's API, as 46elks has it: forms in, JSON out, refusals as bare text."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from app.simulator.elks import Elks, NotDone
from app.simulator.elks_calls import stamp
from app.simulator.rest import basic
from app.simulator.rest_done import DroppedAnswer, Form, number, value

RINGS_FOR = 60.0


def create_elks(elks: Elks) -> FastAPI:
    """The API as an app, to be mounted wherever the customer is told that it is."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    def let_in(request: Request) -> None:
        if refusal := elks.faults.refusal(request.method, request.url.path):
            raise NotDone(refusal.status, "Refused")
        user, password = basic(request.headers.get("Authorization", ""))
        if user != elks.account.username or not hmac.compare_digest(password, elks.account.password):
            raise NotDone(401, "API access denied")

    router = APIRouter(prefix="/a1", dependencies=[Depends(let_in)])
    _add_texts_and_calls(router, elks)
    _add_account(router, elks)
    app.include_router(router)
    app.add_exception_handler(NotDone, _refuse)
    return app


def _add_texts_and_calls(router: APIRouter, elks: Elks) -> None:
    @router.post("/sms")
    def text(form: Form) -> Response:
        with elks.exchange.lock:
            sent = elks.send(
                to=value(form, "to"),
                sender=value(form, "from"),
                message=value(form, "message"),
                receipts_url=value(form, "whendelivered"),
                is_logged=value(form, "dontlog") != "message",
            )
        told = {"id": sent.id, "status": sent.status, "direction": "outgoing", "from": sent.sender, "to": sent.to}
        return _done(elks, told | {"created": stamp(sent.created), "parts": 1, "cost": 5000})

    @router.post("/calls")
    def call(form: Form) -> Response:
        with elks.exchange.lock:
            leg = elks.call(
                to=value(form, "to"),
                sender=value(form, "from"),
                start_url=value(form, "voice_start"),
                hangup_url=value(form, "whenhangup"),
                rings_for=number(form, "timeout", RINGS_FOR),
            )
        told = {"id": leg.sid, "state": "ongoing", "direction": "outgoing", "from": leg.sender, "to": leg.to}
        return _done(elks, told | {"created": stamp(leg.created_at)})


def _add_account(router: APIRouter, elks: Elks) -> None:
    @router.get("/me")
    def me() -> dict[str, Any]:
        balance = round(elks.account.credits * 10_000)
        return {"id": elks.account.username, "displayname": "Simulated account", "currency": "SEK", "balance": balance}

    @router.get("/numbers")
    def numbers() -> dict[str, Any]:
        return {
            "data": [
                {"number": sold, "active": "yes", "capabilities": ["sms", "voice"], "sms_url": url}
                for sold, url in elks.numbers.items()
            ]
        }


def _done(elks: Elks, told: dict[str, Any]) -> Response:
    """The answer to what was carried out; lost on the way, or a lie, when the carrier has such a day."""
    if elks.faults.strikes("broken answer"):
        raise NotDone(500, "Internal server error")
    return DroppedAnswer() if elks.faults.strikes("lost answer") else JSONResponse(told)


async def _refuse(_request: Request, refused: Any) -> PlainTextResponse:
    return PlainTextResponse(refused.text, status_code=refused.status)
