"""The REST API, as Twilio's own client speaks it: the way in, the account, and its lines."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from app.simulator import listing, resources
from app.simulator.exchange import Account, Exchange
from app.simulator.legs import API_VERSION
from app.simulator.refusals import Refused
from app.simulator.rest_calls import add_calls
from app.simulator.rest_messages import add_messages

MORE: str = "https://www.twilio.com/docs/errors/"


def create_rest(exchange: Exchange) -> FastAPI:
    """The API as an app."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    def let_in(request: Request) -> None:
        _show_ones_papers(exchange.account, request)
        if refusal := exchange.faults.refusal(request.url.path):
            raise Refused(refusal.code, status=refusal.status)

    router = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{account_sid}}", dependencies=[Depends(let_in)])
    _add_account(router, exchange)
    _add_lines(router, exchange)
    add_messages(router, exchange)
    add_calls(router, exchange)
    app.include_router(router)
    app.add_exception_handler(Refused, _refuse)
    return app


def _add_account(router: APIRouter, exchange: Exchange) -> None:
    @router.get(".json")
    def account() -> dict[str, Any]:
        return resources.account(exchange)


def _add_lines(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/IncomingPhoneNumbers.json")
    def lines(request: Request) -> dict[str, Any]:
        query = dict(request.query_params)
        sold = [line for line in exchange.lines.values() if listing.matches(query, PhoneNumber=line.number)]
        return listing.page(
            "incoming_phone_numbers", request.url.path, query, sold, lambda line: resources.line(exchange, line)
        )


def _show_ones_papers(account: Account, request: Request) -> None:
    """The account's SID and auth token, or its API key and secret; and nobody else's account."""
    user, password = _basic(request.headers.get("Authorization", ""))
    papers = {account.sid: account.auth_token, account.api_key: account.api_secret}
    papers.pop("", None)
    expected = papers.get(user, "")
    if not expected or not hmac.compare_digest(expected.encode(), password.encode()):
        raise Refused(20003)
    if request.path_params["account_sid"] != account.sid:
        raise Refused(20404)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


async def _refuse(_request: Request, refused: Any) -> JSONResponse:
    told = {
        "code": refused.code,
        "message": refused.text,
        "more_info": f"{MORE}{refused.code}",
        "status": refused.status,
    }
    return JSONResponse(told, status_code=refused.status)
