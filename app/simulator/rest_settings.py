"""What is set for the whole account, over REST as the carrier's other products show it; and the hosted documents.

Only looking is possible, as for most of it in earnest. A hosted document is given to whoever signs like the carrier.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from app.simulator.accounts import Service
from app.simulator.exchange import Exchange
from app.simulator.posting import sign
from app.simulator.refusals import Refused

COUNTRIES = ("DK", "FI", "LV", "NO", "SE", "SO", "US")
"""Of all countries there are, those this exchange knows of."""


def add_settings(router: APIRouter, exchange: Exchange) -> None:
    """Hang what is set for the account into the API."""
    _add_permissions(router, exchange)
    _add_services(router, exchange)

    @router.get("/v1/Voice/Settings")
    def insights() -> dict[str, Any]:
        on = exchange.account.voice_insights
        return {"account_sid": exchange.account.sid, "advanced_features": on, "voice_trace": on, "url": ""}

    @router.get("/v2/PhoneNumbers/{number}")
    def route(number: str) -> dict[str, Any]:
        if number not in exchange.lines:
            raise Refused(20404)
        return {"phone_number": number, "sid": "QQ" + 32 * "0", "voice_region": exchange.lines[number].region}


def add_hosted(app: FastAPI, exchange: Exchange) -> None:
    """Hang the hosted documents beside the API."""

    @app.post("/twiml/{name}")
    async def hosted(request: Request, name: str) -> Response:
        url = f"{request.base_url}twiml/{name}"
        form = {key: str(value) for key, value in (await request.form()).items()}
        signature = sign(exchange.account.auth_token, url, form)
        if not hmac.compare_digest(signature, request.headers.get("X-Twilio-Signature", "")):
            return Response(status_code=403)
        document = exchange.webhooks.hosted.get(url)
        return Response(document, media_type="text/xml") if document else Response(status_code=404)


def _add_permissions(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/v1/DialingPermissions/Countries")
    def calls() -> dict[str, Any]:
        return _list("content", [_country(code, exchange.account.calls_to) for code in COUNTRIES])

    @router.get("/v1/Messaging/GeoPermissions")
    def texts() -> dict[str, Any]:
        return {
            "permissions": [
                {"country_code": code, "type": "country", "enabled": code in exchange.account.texts_to}
                for code in COUNTRIES
            ]
        }


def _add_services(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/v1/Services")
    def services() -> dict[str, Any]:
        return _list("services", [_service(each) for each in exchange.account.services])

    @router.get("/v1/Services/{sid}/PhoneNumbers")
    def numbers(sid: str) -> dict[str, Any]:
        for each in exchange.account.services:
            if each.sid == sid:
                return _list("phone_numbers", [{"phone_number": number} for number in each.numbers])
        raise Refused(20404)


def _country(code: str, open_to: Sequence[str]) -> dict[str, Any]:
    return {
        "iso_code": code,
        "low_risk_numbers_enabled": code in open_to,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "sid": service.sid,
        "inbound_request_url": service.inbound_url or None,
        "use_inbound_webhook_on_number": service.leaves_it_to_the_number,
    }


def _list(key: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    return {"meta": {"key": key, "page": 0, "page_size": 50, "next_page_url": None}, key: records}
