"""The REST API, as Twilio's own client speaks it: the way in, and what is refused there."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from app.simulator.exchange import Account, Exchange
from app.simulator.refusals import Refused
from app.simulator.rest_account import add_account
from app.simulator.rest_calls import add_calls
from app.simulator.rest_conferences import add_conferences
from app.simulator.rest_media import add_media
from app.simulator.rest_messages import add_messages
from app.simulator.rest_settings import add_hosted, add_settings
from app.simulator.telling import API_VERSION

MORE: str = "https://www.twilio.com/docs/errors/"


def create_rest(exchange: Exchange) -> FastAPI:
    """The API as an app."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    def let_in(request: Request) -> None:
        if exchange.account.media_auth or "/Media/ME" not in request.url.path or request.url.path.endswith(".json"):
            _show_ones_papers(exchange.account, request)
        if refusal := exchange.faults.refusal(request.method, request.url.path):
            raise Refused(refusal.code, status=refusal.status)

    router = APIRouter(prefix=f"/{API_VERSION}/Accounts/{{account_sid}}", dependencies=[Depends(let_in)])
    add_account(router, exchange)
    add_messages(router, exchange)
    add_media(router, exchange)
    add_calls(router, exchange)
    add_conferences(router, exchange)
    app.include_router(router)
    beside = APIRouter(dependencies=[Depends(let_in)])
    add_settings(beside, exchange)
    app.include_router(beside)
    add_hosted(app, exchange)
    app.add_exception_handler(Refused, _refuse)
    return app


def _show_ones_papers(account: Account, request: Request) -> None:
    """The account's SID and auth token, or its API key and secret; and nobody else's account."""
    user, password = basic(request.headers.get("Authorization", ""))
    papers = {account.sid: account.auth_token, account.api_key: account.api_secret}
    papers.pop("", None)
    expected = papers.get(user, "")
    if not expected or not hmac.compare_digest(expected.encode(), password.encode()):
        raise Refused(20003)
    if request.path_params.get("account_sid", account.sid) != account.sid:
        raise Refused(20404)


def basic(header: str) -> tuple[str, str]:
    """The user and the password in a header for Basic authentication; empty ones when it is none."""
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
